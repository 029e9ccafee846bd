// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.Answer;
import dev.fram.core.migration.RunResult;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.workload.CommitMode;
import dev.fram.testkit.workload.OracleReport;
import dev.fram.testkit.workload.SwitchableProvider;
import dev.fram.testkit.workload.Workload;
import dev.fram.testkit.workload.WorkloadOptions;
import dev.fram.testkit.workload.WorkloadSchema;
import dev.fram.testkit.workload.WorkloadStats;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Cutovers under eight writers. A write that the source had accepted after the freeze position
 * would be acknowledged and missing on the target: the oracle would call it lost.
 */
class FreezeTest {
  private static final int CUTOVERS = Integer.getInteger("fram.freeze.cutovers", 1);
  private static final int WRITERS = 8;
  private static final int HOLD_SECONDS = Integer.getInteger("fram.freeze.hold.seconds", 4);

  private final ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);

  @Test
  void noWriteSlipsThroughTheGate() throws Exception {
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < CUTOVERS; i++) {
      pauses.add(cutOverUnderLoad());
    }
    pauses.sort(null);
    System.out.printf(
        "longest pause of a writer in %d cutovers: median %d ms, worst %d ms%n",
        CUTOVERS, pauses.get(pauses.size() / 2), pauses.getLast());
  }

  private long cutOverUnderLoad() throws Exception {
    String database = pair.freshDatabase("freeze");
    try (Connection source = pair.source().connect(database)) {
      WorkloadSchema.create(source, 2_000);
    }
    SwitchableProvider after = new SwitchableProvider(pair.targetEndpoint(database));
    Address address = new Address(new SwitchableProvider(pair.sourceEndpoint(database)), after);
    WorkloadOptions options =
        WorkloadOptions.standard().withWriters(WRITERS).withRate(400).withCommits(CommitMode.MIXED);
    long pause;
    try (Workload workload = Workload.start(address, options);
        Move move =
            new Move(
                pair, database, address.switchedBy(Move.settings(MigrationSettings.Mode.MANUAL)))) {
      move.begin().awaitPhase(PhaseName.READY);
      workload.resetPauses();
      Cutovers.untilDone(move);
      RunResult result = move.awaitEnd();
      assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
      long then = workload.stats().acknowledged();
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> workload.stats().acknowledged() > then + 10 * WRITERS);
      pause = workload.stats().worstPauseMillis();
      WorkloadStats stats = workload.stats();
      OracleReport report = workload.stop().check(after);
      assertThat(report.clean()).as(report.toString()).isTrue();
      assertThat(stats.errors()).as("deadlock victims").doesNotContainKey("40P01");
    }
    pair.drop(database);
    return pause;
  }

  /** The application holds a transaction for as long as it likes; the cutover is what gives way. */
  @Test
  void aTransactionThatStaysOpenIsNeverDisturbed() throws Exception {
    String database = pair.freshDatabase("held");
    pair.source().execute(database, "CREATE TABLE orders (id int PRIMARY KEY, n int)");
    pair.source().execute(database, "INSERT INTO orders SELECT i, 0 FROM generate_series(1, 9) i");
    try (Move move =
            new Move(pair, database, Move.settings(MigrationSettings.Mode.MANUAL)).begin();
        Connection application = pair.source().connect(database);
        Statement sql = application.createStatement()) {
      move.awaitPhase(PhaseName.READY);
      application.setAutoCommit(false);
      sql.execute("UPDATE orders SET n = n + 1 WHERE id = 1");
      CompletableFuture<Answer> cutover =
          CompletableFuture.supplyAsync(() -> Cutovers.cutOver(move));
      long until = System.nanoTime() + Duration.ofSeconds(HOLD_SECONDS).toNanos();
      await()
          .atMost(Duration.ofSeconds(HOLD_SECONDS + 60L))
          .pollInterval(Duration.ofMillis(200))
          .until(() -> {
            sql.execute("UPDATE orders SET n = n + 1 WHERE id = 2");
            return System.nanoTime() > until;
          });
      application.commit();
      Answer first = cutover.get(120, TimeUnit.SECONDS);
      assertThat(first.exitCode()).as(first.toString()).isIn(0, 4);
      if (first.exitCode() == 4) {
        Answer second = Cutovers.cutOver(move);
        assertThat(second.exitCode()).as(second.toString()).isZero();
      }
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
      move.assertEqualTables();
    }
    pair.drop(database);
  }

  @Test
  void aLongTransactionMakesTheCutoverBackOffAndNeverFails() throws Exception {
    String database = pair.freshDatabase("longtx");
    try (Connection application = pair.source().connect(database);
        Statement sql = application.createStatement()) {
      sql.execute("CREATE TABLE orders (id int PRIMARY KEY, n int)");
      sql.execute("INSERT INTO orders SELECT i, 0 FROM generate_series(1, 100) i");
      MigrationSettings settings = Move.settings(MigrationSettings.Mode.MANUAL);
      MigrationSettings.Cutover c = settings.cutover();
      settings =
          settings.withCutover(
              new MigrationSettings.Cutover(c.mode(), c.writeBlockBudget(), c.maxLag(), 3));
      try (Move move = new Move(pair, database, settings).begin()) {
        move.awaitPhase(PhaseName.READY);
        application.setAutoCommit(false);
        sql.execute("UPDATE orders SET n = 1 WHERE id = 1");
        Answer refused = Cutovers.cutOver(move);
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        sql.execute("UPDATE orders SET n = 2 WHERE id = 2");
        application.commit();
        await().until(() -> move.status().phase() == PhaseName.READY);
        Answer done = Cutovers.cutOver(move);
        assertThat(done.exitCode()).as(done.toString()).isZero();
        assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
        move.assertEqualTables();
      }
    }
  }
}
