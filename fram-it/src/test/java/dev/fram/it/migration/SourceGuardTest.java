// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Scope;
import dev.fram.api.status.PhaseName;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.TcpProxy;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The source's log, while other databases of the server write. */
@Timeout(240)
class SourceGuardTest {
  private static final String OTHER = "noise";
  private static final long MIB = 1 << 20;
  private static final long LIMIT = 60 * MIB;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static ServerPair servers;

  @BeforeAll
  static void start() throws SQLException {
    servers = ServerPair.open(PostgresVersion.V16, PostgresVersion.V18);
    servers.source().createDatabase(OTHER);
    servers.source().execute(OTHER, "CREATE TABLE noise (v text)");
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  /** A row of a followed table was written, so its log is needed until the copy is over. */
  @Test
  void slowsPausesAndLetsGoAtTheLimitAndTheApplicationNeverNotices() throws Exception {
    String database = shop();
    try (Application app = new Application(database);
        Move move = new Move(servers, database, settings(), noNoise()).begin()) {
      move.awaitPhase(PhaseName.COPYING);
      app.awaitWrites(20);
      List<String> told = new ArrayList<>();
      await()
          .atMost(Duration.ofSeconds(120))
          .pollInterval(Duration.ofMillis(50))
          .until(() -> {
            write(MIB);
            move.status().guard().ifPresent(told::add);
            return kept(database) < 0;
          });
      assertThat(first(told, "half of its threads"))
          .isLessThan(first(told, "the copy pauses between two chunks"));
      assertThat(first(told, "the copy pauses between two chunks"))
          .isLessThan(first(told, "pausing the copy has not lessened it"));
      assertThatThrownBy(move::awaitEnd)
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_GUARDED))
          .hasMessageContaining("--max-retained-log");
      app.awaitWrites(20);
      assertThat(app.failure()).isEmpty();
    }
    try (Move again = new Move(servers, database, settings(), noNoise())) {
      assertThatThrownBy(again::finish)
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_GUARDED));
    }
    assertThat(kept(database)).isNegative();
    servers.drop(database);
  }

  /**
   * The network to the target swallows everything from the middle of the copy on. On request, for
   * CI's half hour: {@code GuardTest} has a target that hangs in every run.
   */
  @Test
  @EnabledIfSystemProperty(named = "fram.versions", matches = "all")
  void letsGoAtTheLimitAlsoWhileTheTargetIsSilent() throws Exception {
    String database = shop();
    try (Application app = new Application(database);
        TcpProxy toTarget = TcpProxy.to("127.0.0.1", servers.target().port());
        Move move =
            new Move(
                    new RouteRequest(
                        servers.sourceEndpoint(database),
                        toTarget.through(servers.targetEndpoint(database)),
                        noNoise(),
                        Set.of()),
                    settings())
                .begin()) {
      move.awaitPhase(PhaseName.COPYING);
      app.awaitWrites(20);
      toTarget.stall();
      await()
          .atMost(Duration.ofSeconds(120))
          .pollInterval(Duration.ofMillis(50))
          .until(() -> {
            write(MIB);
            return kept(database) < 0;
          });
      app.awaitWrites(20);
      assertThat(app.failure()).isEmpty();
      // The run itself ends without having been let loose.
      assertThatThrownBy(move::awaitEnd)
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_GUARDED));
    }
    try (Move again = new Move(servers, database, settings(), noNoise())) {
      // Its journal could not say why, so the next run only finds that the slot is gone.
      assertThatThrownBy(again::finish)
          .isInstanceOfSatisfying(
              FramException.class,
              e -> assertThat(e.code()).isIn(ErrorCode.SOURCE_GUARDED, ErrorCode.LOG_LOST))
          .hasMessageContaining("fram cancel");
    }
    servers.drop(database);
  }

  /** Nobody writes to what is followed: what others write is not kept, also during the copy. */
  @Test
  void anIdleSetKeepsNoLogOfOthers() throws Exception {
    String database = shop();
    try (Move move = new Move(servers, database, settings(), noNoise()).begin()) {
      move.awaitPhase(PhaseName.COPYING);
      for (int i = 0; i < 4; i++) {
        write(15 * MIB);
        servers.source().execute(database, "INSERT INTO noise SELECT repeat('x', 1000)");
        awaitLittleKept(database);
      }
      assertThat(move.status().phase()).isEqualTo(PhaseName.COPYING);
      assertThat(move.status().copy().tablesCopied()).isLessThan(move.status().copy().tables());
    }
    MigrationSettings quick = settings().withGuard(MigrationSettings.Guard.defaults());
    try (Move move = new Move(servers, database, quick, noNoise()).begin()) {
      move.awaitPhase(PhaseName.READY);
      write(40 * MIB);
      awaitLittleKept(database);
    }
    assertThat(move(database)).isEqualTo(2);
    servers.drop(database);
  }

  private int move(String database) {
    try (Move move =
        new Move(servers, database, Move.settings(MigrationSettings.Mode.AUTO), noNoise())) {
      assertThat(move.finish().phase()).isEqualTo(PhaseName.SERVING);
      return move.assertEqualTables();
    }
  }

  private static void awaitLittleKept(String database) {
    await()
        .atMost(PATIENCE)
        .until(() -> {
          // The server moves a slot on at the records that a checkpoint writes.
          servers.source().execute("postgres", "CHECKPOINT");
          return kept(database) < 2 * MIB;
        });
  }

  private static int first(List<String> told, String words) {
    for (int i = 0; i < told.size(); i++) {
      if (told.get(i).contains(words)) {
        return i;
      }
    }
    throw new AssertionError('"' + words + "\" was never said, but: " + new TreeSet<>(told));
  }

  private static void write(long bytes) throws SQLException {
    servers
        .source()
        .execute(
            OTHER, "SELECT pg_logical_emit_message(false, 'noise', repeat('x', " + bytes + "))");
  }

  /** Bytes of log that the slot of that database keeps; -1 where there is none. */
  private static long kept(String database) throws SQLException {
    try (Connection connection = servers.source().connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint"
                    + " FROM pg_replication_slots WHERE database = '"
                    + database
                    + "'")) {
      return row.next() ? row.getLong(1) : -1;
    }
  }

  /** Two tables that take half a minute at the pace of {@link #settings}, and one out of scope. */
  private static String shop() throws SQLException {
    String database = servers.freshDatabase("guard");
    for (String table : List.of("item", "part")) {
      servers
          .source()
          .execute(
              database,
              "CREATE TABLE "
                  + table
                  + " (id int PRIMARY KEY, v text); INSERT INTO "
                  + table
                  + " SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i");
    }
    servers.source().execute(database, "CREATE TABLE noise (v text)");
    return database;
  }

  private static Scope noNoise() {
    return new Scope(List.of(), List.of("public.noise"));
  }

  private static MigrationSettings settings() {
    MigrationSettings defaults = Move.settings(MigrationSettings.Mode.MANUAL);
    MigrationSettings.Copy copy = defaults.copy();
    MigrationSettings.Rhythm rhythm = defaults.rhythm();
    return defaults
        .withCopy(new MigrationSettings.Copy(2, 1, copy.snapshotMaxAge(), MIB, copy.groupBytes()))
        .withRhythm(
            new MigrationSettings.Rhythm(
                Duration.ofMillis(50),
                rhythm.command(),
                Duration.ofMillis(200),
                rhythm.held(),
                Duration.ofMillis(200)))
        .withGuard(
            new MigrationSettings.Guard(
                OptionalLong.of(LIMIT), 0, OptionalLong.of(MIB / 2), OptionalInt.empty()));
  }

  /** Updates a row again and again. */
  private static final class Application implements AutoCloseable {
    private final CountDownLatch stop = new CountDownLatch(1);
    private final AtomicLong writes = new AtomicLong();
    private final AtomicReference<String> failure = new AtomicReference<>("");
    private final Thread thread;

    Application(String database) {
      thread = Thread.ofPlatform().name("application").start(() -> write(database));
    }

    private void write(String database) {
      try (Connection connection = servers.source().connect(database);
          Statement statement = connection.createStatement()) {
        while (!stop.await(20, TimeUnit.MILLISECONDS)) {
          statement.execute("UPDATE item SET v = v || 'y' WHERE id = 7");
          writes.incrementAndGet();
        }
      } catch (SQLException | InterruptedException e) {
        failure.set(e.toString());
      }
    }

    void awaitWrites(int more) {
      long wanted = writes.get() + more;
      await().atMost(PATIENCE).until(() -> writes.get() >= wanted || !failure().isEmpty());
    }

    String failure() {
      return failure.get();
    }

    @Override
    public void close() {
      stop.countDown();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
