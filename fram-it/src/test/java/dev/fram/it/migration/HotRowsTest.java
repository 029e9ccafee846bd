// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.core.bus.Answer;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/**
 * Rows that are written all the time are never found equal while writes go on: they wait in the
 * ledger and are proven behind the write gate, in time. Where the ledger cannot hold them, or the
 * proof would take too long, nothing is begun (ALGORITHMS I.59).
 */
class HotRowsTest {
  private static final Duration BUDGET = Duration.ofSeconds(15);

  private static final List<String> TABLES =
      List.of(
          "CREATE TABLE app.hot (id int PRIMARY KEY, n int)",
          "INSERT INTO app.hot SELECT value, 0 FROM app.numbers WHERE value <= 50",
          "CREATE TABLE app.big (id int PRIMARY KEY, n int)",
          "INSERT INTO app.big SELECT value, 0 FROM app.numbers");

  /** Where a writer gets its session from. */
  private interface Sessions {
    Connection open() throws SQLException;
  }

  @Test
  void ofPostgres() throws Exception {
    ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);
    for (Case each : Case.values()) {
      String database = pair.freshDatabase("hot");
      try (Connection source = pair.source().connect(database)) {
        run(
            source,
            List.of(
                "CREATE SCHEMA app",
                "CREATE TABLE app.numbers (value int PRIMARY KEY)",
                "INSERT INTO app.numbers SELECT generate_series(1, 20000)"));
        run(source, TABLES);
      }
      try (Move move = new Move(pair, database, each.settings())) {
        each.run(move, () -> pair.source().connect(database));
      }
      pair.drop(database);
    }
  }

  @Test
  void ofMySql() throws Exception {
    for (Case each : Case.values()) {
      MySqlPair pair = MySqlPair.of(MySqlVersion.V8_0, MySqlVersion.V8_0);
      pair.load(10, Set.of());
      try (Connection root = pair.source().connect("app")) {
        run(
            root,
            List.of(
                "CREATE TABLE app.numbers (value int PRIMARY KEY)",
                "SET SESSION cte_max_recursion_depth = 100000",
                "INSERT INTO app.numbers WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1"
                    + " FROM n WHERE i < 20000) SELECT i FROM n"));
        run(root, TABLES);
      }
      try (Move move = new Move(pair, "", each.settings())) {
        each.run(move, () -> pair.source().connect("app"));
      }
    }
  }

  /** What is tried. */
  private enum Case {
    PROVEN_BEHIND_THE_GATE(1_000, BUDGET) {
      @Override
      void cutOver(Move move) {
        Answer done = Cutovers.cutOver(move);
        assertThat(done.exitCode()).as(done.toString()).isZero();
        assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
        Status.Cutover cutover = move.status().cutover().orElseThrow();
        assertThat(cutover.steps())
            .filteredOn(step -> step.name().equals("last-proof"))
            .singleElement()
            .satisfies(step -> assertThat(step.outcome()).isEqualTo("done"));
        assertThat(cutover.writeBlockMillis()).isLessThan(BUDGET.toMillis());
        assertThat(move.assertEqualTables()).isGreaterThanOrEqualTo(3);
      }
    },
    TOO_MANY_TO_REMEMBER(10, Duration.ofMillis(300)) {
      @Override
      void cutOver(Move move) {
        Answer refused = Cutovers.cutOver(move);
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.message()).contains("comparing what is not proven yet may take");
        assertThat(move.status().cutover().map(Status.Cutover::attempts).orElse(0)).isZero();
      }
    };

    private final int ledgerKeys;
    private final Duration budget;

    Case(int ledgerKeys, Duration budget) {
      this.ledgerKeys = ledgerKeys;
      this.budget = budget;
    }

    abstract void cutOver(Move move);

    void run(Move move, Sessions sessions) throws InterruptedException {
      CountDownLatch stop = new CountDownLatch(1);
      move.begin().awaitPhase(PhaseName.READY);
      Thread writer = Thread.ofPlatform().name("writer").start(() -> write(this, sessions, stop));
      try {
        await().until(() -> move.status().feed().changes() > 100);
        cutOver(move);
      } finally {
        stop.countDown();
        writer.join();
      }
    }

    /** Nothing is compared again by itself, so that what is written stays in the ledger. */
    MigrationSettings settings() {
      MigrationSettings settings = Move.settings(MigrationSettings.Mode.MANUAL);
      MigrationSettings.Verify v = settings.verify();
      MigrationSettings.Cutover c = settings.cutover();
      return settings
          .withVerify(
              new MigrationSettings.Verify(
                  MigrationSettings.VerifyMode.CONTINUOUS,
                  v.jobs(),
                  v.share(),
                  v.groupBytes(),
                  Duration.ofHours(1),
                  ledgerKeys,
                  v.differences(),
                  v.mostRepairs()))
          .withCutover(
              new MigrationSettings.Cutover(
                  c.mode(),
                  c.switchCommand(),
                  c.switchTimeout(),
                  budget,
                  c.maxLag(),
                  c.attempts()));
    }
  }

  /**
   * All hot rows again and again; where too many are to be remembered, also those of a large table.
   */
  private static void write(Case what, Sessions sessions, CountDownLatch stop) {
    try (Connection session = sessions.open();
        Statement sql = session.createStatement()) {
      for (int i = 0; stop.getCount() > 0; i++) {
        sql.executeUpdate("UPDATE app.hot SET n = n + 1 WHERE id = " + (1 + i % 50));
        if (what == Case.TOO_MANY_TO_REMEMBER) {
          sql.executeUpdate("UPDATE app.big SET n = n + 1 WHERE id = " + (1 + i % 50));
        }
      }
    } catch (SQLException e) {
      // The gate is closed for good: the target serves.
    }
  }

  private static void run(Connection connection, List<String> statements) throws SQLException {
    try (Statement sql = connection.createStatement()) {
      for (String statement : statements) {
        sql.execute(statement);
      }
    }
  }
}
