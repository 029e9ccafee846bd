// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.model.Endpoint;
import dev.fram.testkit.fault.JavaChild;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.workload.WorkloadSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * {@code fram cancel} in every phase before the cutover, while {@code fram migrate} runs and when
 * it was killed there: both servers' catalogs are what they were. The servers run in all phases by
 * {@code -Dfram.cancel.phases=CHECKED,PREPARED,COPYING,CATCHING_UP,VERIFYING,READY}.
 */
class CancelTest {
  private static final List<String> PHASES =
      List.of(System.getProperty("fram.cancel.phases", "COPYING").split(","));
  private static final int ROWS = 20_000;
  private static final Duration LIMIT = Duration.ofSeconds(120);

  private final Random random = new Random();

  /** What the catalogs of a server say. */
  private interface Look {
    Set<String> now() throws SQLException;
  }

  /** A migration to be cancelled. */
  private record Case(Endpoint source, Endpoint target, Login onTarget, Look there, Look here) {}

  private static Case postgres(ServerPair pair, String database) {
    return new Case(
        pair.sourceEndpoint(database),
        pair.targetEndpoint(database),
        () -> pair.target().connect(database),
        () -> look(pair.source(), database),
        () -> look(pair.target(), database));
  }

  /** How the migration is met. */
  private enum Met {
    RUNNING,
    KILLED
  }

  @Test
  void nothingIsLeftOnPostgres() throws Exception {
    ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);
    for (String phase : PHASES) {
      for (Met met : met()) {
        String database = pair.freshDatabase("cancelled");
        try (Connection source = pair.source().connect(database)) {
          WorkloadSchema.create(source, ROWS);
        }
        cancel(phase, met, postgres(pair, database));
        pair.drop(database);
      }
    }
  }

  @Test
  void nothingIsLeftOnMySql() throws Exception {
    MySqlPair pair = MySqlPair.of(MySqlVersion.V8_0, MySqlVersion.V8_0);
    for (String phase : PHASES) {
      for (Met met : met()) {
        pair.load(ROWS, EnumSet.noneOf(WorkloadSchema.Part.class));
        cancel(
            phase,
            met,
            new Case(
                pair.sourceEndpoint(""),
                pair.targetEndpoint(""),
                () -> MySqlPair.administer(pair.target()),
                () -> look(pair.source()),
                () -> look(pair.target())));
      }
    }
  }

  /** The slot is being made, which waits for whoever writes; he is not asked to end. */
  @Test
  void nothingIsLeftWhileALongWriterIsWaitedFor() throws Exception {
    ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);
    String database = pair.freshDatabase("waiting");
    pair.source().execute(database, "CREATE TABLE t (id int PRIMARY KEY)");
    Case one = postgres(pair, database);
    Set<String> there = one.there.now();
    Set<String> here = one.here.now();
    try (Connection writer = pair.source().connect(database);
        Statement sql = writer.createStatement();
        JavaChild fram = FramProcess.start(one.source, one.target, "migrate")) {
      writer.setAutoCommit(false);
      sql.execute("INSERT INTO t VALUES (1)");
      await()
          .atMost(LIMIT)
          .until(() -> {
            assertThat(fram.alive()).as(fram.output()).isTrue();
            return one.there.now().stream().anyMatch(line -> line.startsWith("slot "));
          });
      cancelled(one, "waiting");
      assertThat(fram.awaitExit(LIMIT)).as(fram.output()).isIn(0, 8);
      assertThat(one.there.now()).isEqualTo(there);
      assertThat(one.here.now()).isEqualTo(here);
      writer.commit();
    }
    pair.drop(database);
  }

  /** One of them in a run of everything. */
  private List<Met> met() {
    return System.getProperty("fram.cancel.phases") == null
        ? List.of(Met.values()[random.nextInt(Met.values().length)])
        : List.of(Met.values());
  }

  private void cancel(String phase, Met met, Case one) throws Exception {
    if (phase.equals("CUTTING_OVER")) {
      cancelDuringTheCutover(one);
      return;
    }
    Set<String> there = one.there.now();
    Set<String> here = one.here.now();
    String seen;
    try (JavaChild fram = FramProcess.start(one.source, one.target, "migrate");
        PhaseWatch watch = new PhaseWatch(one.onTarget, random)) {
      watch.catches(fram, phase);
      seen = met + " in " + watch.phase() + ", wanted " + phase;
      assertThat(fram.alive()).as(fram.output()).isTrue();
      if (met == Met.KILLED) {
        fram.kill9();
      }
      // Twice: the second finds nothing to do.
      cancelled(one, seen);
      if (met == Met.RUNNING) {
        assertThat(fram.awaitExit(LIMIT)).as(seen + fram.output()).isIn(0, 8);
      }
    }
    cancelled(one, seen);
    System.out.println("cancelled: " + seen);
    assertThat(one.there.now()).as("source, " + seen).isEqualTo(there);
    assertThat(one.here.now()).as("target, " + seen).isEqualTo(here);
  }

  /** Before the hand-over it leaves nothing behind; after it, it is refused and harms nothing. */
  private void cancelDuringTheCutover(Case one) throws Exception {
    Set<String> there = one.there.now();
    Set<String> here = one.here.now();
    try (JavaChild fram = FramProcess.start(one.source, one.target, "migrate", "--cutover=auto");
        PhaseWatch watch = new PhaseWatch(one.onTarget, random)) {
      watch.catches(fram, "CUTTING_OVER");
      fram.kill9();
    }
    int code;
    try (JavaChild cancel = FramProcess.start(one.source, one.target, "cancel")) {
      code = cancel.awaitExit(LIMIT);
      assertThat(code).as(cancel.output()).isIn(0, 3);
    }
    System.out.println("cancelled during the cutover: exit code " + code);
    if (code == 0) {
      assertThat(one.there.now()).as("source").isEqualTo(there);
      assertThat(one.here.now()).as("target").isEqualTo(here);
    } else {
      try (JavaChild on = FramProcess.start(one.source, one.target, "migrate", "--cutover=auto")) {
        assertThat(on.awaitExit(LIMIT)).as(on.output()).isZero();
      }
    }
  }

  private static void cancelled(Case one, String seen) throws Exception {
    try (JavaChild cancel = FramProcess.start(one.source, one.target, "cancel")) {
      assertThat(cancel.awaitExit(LIMIT)).as(seen + cancel.output()).isZero();
    }
  }

  private static Set<String> look(PostgresServer server, String database) throws SQLException {
    try (Connection connection = server.connect(database)) {
      return CatalogLook.postgres(connection);
    }
  }

  private static Set<String> look(MySqlServer server) throws SQLException {
    try (Connection connection = MySqlPair.administer(server)) {
      return CatalogLook.mysql(connection);
    }
  }
}
