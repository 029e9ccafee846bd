// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.Burden;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Scope;
import dev.fram.api.status.PhaseName;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.Flow;
import dev.fram.testkit.fault.TcpProxy;
import dev.fram.testkit.server.MySqlVersion;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * What our snapshots and our slot hold back on real servers, driven to limits that are small enough
 * to be reached; and the source's answers becoming late while it is copied.
 */
@Timeout(240)
class HeldBackTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final long MIB = 1 << 20;
  private static final int TABLES = 4;
  private static final int ROWS = 1_500;
  private static final String BEGUN_ONLY =
      "no further table is begun until the ones that are begun are copied";

  /** First nothing more is begun, then it ends; what is copied stays copied. */
  @Test
  @EnabledIfSystemProperty(named = "fram.guard.age", matches = "true")
  void anOldSnapshotOfPostgresEndsTheRunAndItGoesOnLater() throws Exception {
    ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);
    String database = shop(pair);
    MigrationSettings.Guard guard = slowly().withMost(Burden.Kind.SNAPSHOT_AGE, 40_000);
    try (Move move = new Move(pair, database, settings(guard)).begin()) {
      move.awaitPhase(PhaseName.COPYING);
      List<String> told = told(move, () -> age(pair, database, 2_000));
      assertEnded(move, told, "transactions old for our snapshots, and 40,000 transactions");
    }
    assertThat(slots(pair, database)).as("the feed stays: it can go on").isOne();
    finish(pair, database);
    pair.drop(database);
  }

  /** There is nothing to slow down for: at the limit the slot goes, unless it is not the oldest. */
  @Test
  @EnabledIfSystemProperty(named = "fram.guard.age", matches = "true")
  void anOldSlotOfPostgresIsGivenUp() throws Exception {
    ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);
    String database = shop(pair);
    MigrationSettings.Guard guard =
        MigrationSettings.Guard.defaults().withMost(Burden.Kind.FEED_AGE, 5_000);
    String others = "others_" + database;
    pair.source()
        .execute(
            database,
            "SELECT pg_create_logical_replication_slot('" + others + "', 'test_decoding')");
    age(pair, database, 10_000);
    try (Move move = new Move(pair, database, settings(guard)).begin()) {
      move.awaitPhase(PhaseName.READY);
      age(pair, database, 10_000);
      // Ours is as old as the other one from its first moment on, and giving it up frees nothing.
      await().during(Duration.ofSeconds(2)).until(() -> !move.ended());
      pair.source().execute(database, "SELECT pg_drop_replication_slot('" + others + "')");
      assertThatThrownBy(move::awaitEnd)
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_GUARDED))
          .hasMessageContaining("we have given up replication slot");
    }
    assertThat(slots(pair, database)).isZero();
    pair.source().execute(database, "UPDATE t0 SET v = 'the application goes on'");
    pair.drop(database);
  }

  @Test
  @EnabledIfSystemProperty(named = "fram.guard.undo", matches = "true")
  void longUndoOfMySqlEndsTheRunAndItGoesOnLater() throws Exception {
    longUndoEndsTheRunAndItGoesOnLater(MySqlVersion.V8_0);
  }

  /** {@code -Dfram.guard.undo=true}: the same again, in as much time. */
  @Test
  @EnabledIfSystemProperty(named = "fram.guard.undo", matches = "true")
  void longUndoOfMariaDbEndsTheRunAndItGoesOnLater() throws Exception {
    longUndoEndsTheRunAndItGoesOnLater(MySqlVersion.MARIADB_11_4);
  }

  private static void longUndoEndsTheRunAndItGoesOnLater(MySqlVersion version) throws Exception {
    MySqlPair pair = MySqlPair.of(version, version).fresh();
    // Without a key, as only such a table is copied under one snapshot; and more than fits between
    // the two servers, as what is read ahead holds none.
    MigrationSettings.Guard guard =
        new MigrationSettings.Guard(
                OptionalLong.empty(), 10L << 30, OptionalLong.of(MIB / 2), OptionalInt.empty())
            .withMost(Burden.Kind.UNDO, 2_000);
    try (Connection source = pair.source().connect("");
        Statement application = source.createStatement()) {
      application.execute("CREATE DATABASE shop");
      application.execute("CREATE DATABASE noise");
      application.execute("CREATE TABLE noise.noise (id int PRIMARY KEY, n int)");
      application.execute("INSERT INTO noise.noise VALUES (1, 0)");
      for (int i = 0; i < TABLES; i++) {
        application.execute("CREATE TABLE shop.t" + i + " (id varchar(20), v mediumtext)");
        application.execute(
            "INSERT INTO shop.t"
                + i
                + " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)"
                + " SELECT i, REPEAT('x', 20000) FROM n");
      }
      try (Move move = new Move(pair, "shop", settings(guard)).begin()) {
        move.awaitPhase(PhaseName.COPYING);
        // A transaction each: each leaves something to be purged.
        List<String> told =
            told(
                move,
                () -> {
                  for (int i = 0; i < 200; i++) {
                    application.execute("UPDATE noise.noise SET n = n + 1");
                  }
                });
        assertEnded(move, told, "old versions of rows while our snapshot is open, and 2,000");
      }
      finish(pair, "shop");
    }
  }

  /**
   * The way from the source becomes narrow, so that the copy's own bytes make the source late.
   * {@code -Dfram.guard.latency=true}: beside other tests it is the machine that is late.
   */
  @Test
  @EnabledIfSystemProperty(named = "fram.guard.latency", matches = "true")
  void fewerThreadsCopyWhileTheSourceAnswersLate() throws Exception {
    ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);
    String database = shop(pair);
    MigrationSettings.Guard guard =
        new MigrationSettings.Guard(
            OptionalLong.empty(), 0, OptionalLong.of(MIB), OptionalInt.of(1_000));
    MigrationSettings.Copy copy = MigrationSettings.Copy.defaults();
    MigrationSettings settings =
        settings(guard)
            .withCopy(new MigrationSettings.Copy(4, 1, copy.snapshotMaxAge(), MIB / 4, MIB));
    try (TcpProxy proxy = TcpProxy.to("127.0.0.1", pair.source().port());
        Move move =
            new Move(
                    new RouteRequest(
                        proxy.through(pair.sourceEndpoint(database)),
                        pair.targetEndpoint(database),
                        Scope.all(),
                        Set.of()),
                    settings)
                .begin()) {
      move.awaitPhase(PhaseName.COPYING);
      await().atMost(PATIENCE).until(() -> move.status().copy().bytes() > MIB / 2);
      proxy.pace(Flow.ANSWERS, 300_000);
      awaitNote(move, ": 1 of 4 threads copy now");
      proxy.pace(Flow.ANSWERS, 0);
      awaitNote(move, ": 2 of 4 threads copy now");
      assertThat(move.status().notes())
          .anyMatch(note -> note.contains("(--max-source-latency-increase)"));
      move.awaitPhase(PhaseName.READY);
    }
    pair.drop(database);
  }

  private static void awaitNote(Move move, String words) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> move.status().notes().stream().anyMatch(note -> note.contains(words)));
  }

  /** What an application does meanwhile. */
  private interface Work {
    void run() throws SQLException;
  }

  /** Lets it work until the run has ended; what the guard said, in its order. */
  private static List<String> told(Move move, Work work) {
    List<String> told = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> {
          work.run();
          move.status().guard().filter(s -> !told.contains(s)).ifPresent(told::add);
          return move.ended();
        });
    return told;
  }

  private static void assertEnded(Move move, List<String> told, String words) {
    assertThat(told).as("it pauses before it ends").anyMatch(s -> s.contains(BEGUN_ONLY));
    assertThat(told).as("fewer threads would not help").noneMatch(s -> s.contains("half of its"));
    assertThatThrownBy(move::awaitEnd)
        .isInstanceOfSatisfying(
            FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_GUARDED))
        .hasMessageContaining(words)
        .hasMessageContaining("what is copied stays copied");
    assertThat(move.status().copy().tablesCopied()).isLessThan(TABLES);
  }

  private static void finish(Pair pair, String database) {
    try (Move move = new Move(pair, database, Move.settings(MigrationSettings.Mode.AUTO))) {
      assertThat(move.finish().phase()).isEqualTo(PhaseName.SERVING);
      assertThat(move.assertEqualTables()).isEqualTo(TABLES);
    }
  }

  /** Tables whose keys cannot be cut: each is copied under one snapshot, a group of one. */
  private static String shop(ServerPair pair) throws SQLException {
    String database = pair.freshDatabase("held");
    for (int i = 0; i < TABLES; i++) {
      pair.source()
          .execute(
              database,
              "CREATE TABLE t"
                  + i
                  + " (id text PRIMARY KEY, v text); INSERT INTO t"
                  + i
                  + " SELECT i, repeat('x', 1000) FROM generate_series(1, "
                  + ROWS
                  + ") i");
    }
    return database;
  }

  /**
   * So many transactions pass on the source: a block that writes and has a handler is one of its
   * own.
   */
  private static void age(ServerPair pair, String database, int transactions) throws SQLException {
    pair.source()
        .execute(
            "postgres",
            "CREATE UNLOGGED TABLE IF NOT EXISTS passed (i int); TRUNCATE passed;"
                + " DO $$ BEGIN FOR i IN 1.."
                + transactions
                + " LOOP BEGIN INSERT INTO passed VALUES (i); EXCEPTION WHEN division_by_zero THEN"
                + " NULL; END; END LOOP; END $$");
  }

  private static long slots(ServerPair pair, String database) throws SQLException {
    try (Connection connection = pair.source().connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*) FROM pg_replication_slots WHERE database = '" + database + "'")) {
      row.next();
      return row.getLong(1);
    }
  }

  /** A quarter of a minute for each table. */
  private static MigrationSettings.Guard slowly() {
    return new MigrationSettings.Guard(
        OptionalLong.empty(), 10L << 30, OptionalLong.of(100_000), OptionalInt.empty());
  }

  private static MigrationSettings settings(MigrationSettings.Guard guard) {
    MigrationSettings defaults = Move.settings(MigrationSettings.Mode.MANUAL);
    MigrationSettings.Copy copy = defaults.copy();
    MigrationSettings.Rhythm rhythm = defaults.rhythm();
    return defaults
        .withCopy(new MigrationSettings.Copy(2, 1, copy.snapshotMaxAge(), MIB, MIB))
        .withRhythm(
            new MigrationSettings.Rhythm(
                Duration.ofMillis(50),
                rhythm.command(),
                Duration.ofMillis(100),
                rhythm.held(),
                rhythm.confirm()))
        .withGuard(guard);
  }
}
