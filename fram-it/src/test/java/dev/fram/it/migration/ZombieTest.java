// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.core.bus.Answer;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.JavaChild;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.workload.OracleReport;
import dev.fram.testkit.workload.SwitchableProvider;
import dev.fram.testkit.workload.Workload;
import dev.fram.testkit.workload.WorkloadOptions;
import dev.fram.testkit.workload.WorkloadSchema;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * A run that stands still for longer than anyone believes in it (SIGSTOP: a paused machine, a long
 * collection of garbage) while another takes over, and then goes on as if nothing had happened
 * (ALGORITHMS I.50). Its session that applies is alive all the time: only the epoch keeps it out.
 */
class ZombieTest {
  private static final Duration LIMIT = Duration.ofSeconds(120);

  /** Notes who moves the position on. */
  private static final String WATCH =
      """
      CREATE TABLE fram.seen (at bigserial, epoch bigint, pid int);
      CREATE FUNCTION fram.look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.position <> OLD.position THEN
          INSERT INTO fram.seen (epoch, pid) VALUES (NEW.epoch, pg_backend_pid());
        END IF;
        RETURN NULL; END $$;
      CREATE TRIGGER look AFTER UPDATE ON fram.feed FOR EACH ROW EXECUTE FUNCTION fram.look();
      ALTER TABLE fram.feed ENABLE ALWAYS TRIGGER look;
      """;

  private final ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);

  @Test
  void aRunThatWakesUpAfterAnotherTookOverAppliesNothing() throws Exception {
    String database = pair.freshDatabase("zombie");
    walSenderTimeout("'5s'");
    try (Connection source = pair.source().connect(database)) {
      WorkloadSchema.create(source, 2_000);
    }
    try (Connection target = pair.target().connect(database);
        Workload workload =
            Workload.start(
                new SwitchableProvider(pair.sourceEndpoint(database)),
                WorkloadOptions.standard().withWriters(4).withRate(150));
        JavaChild first = fram(database)) {
      awaitTrue(target, "SELECT phase = 'READY' FROM fram.migration");
      run(target, WATCH);
      awaitTrue(target, "SELECT count(*) > 5 FROM fram.seen");
      stopBetweenTwoBatches(first, target);
      try (JavaChild refused = fram(database)) {
        assertThat(refused.awaitExit(LIMIT)).as(refused.output()).isEqualTo(3);
        assertThat(refused.output()).contains(Long.toString(first.pid()));
      }
      endLease(database);
      try (JavaChild second = fram(database)) {
        awaitTrue(target, "SELECT epoch = 2 FROM fram.migration");
        awaitTrue(target, "SELECT count(*) > 5 FROM fram.seen WHERE epoch = 2");
        assertThat(text(target, zombieSessions())).as("the zombie's session").isEqualTo("2");
        signal(first, "CONT");
        awaitTrue(target, "SELECT count(*) > 20 FROM fram.seen WHERE epoch = 2");
        await().atMost(LIMIT).until(() -> text(target, zombieSessions()).equals("1"));
        Answer done =
            Cutovers.cutOver(
                new Move(pair, database, Move.settings(MigrationSettings.Mode.MANUAL)));
        assertThat(done.exitCode()).as(done.toString()).isZero();
        assertThat(second.awaitExit(LIMIT)).as(second.output()).isZero();
      }
      assertThat(first.awaitExit(LIMIT)).as(first.output()).isIn(0, 3);
      assertThat(text(target, "SELECT count(DISTINCT pid) FROM fram.seen WHERE epoch = 1"))
          .isEqualTo("1");
      assertThat(
              text(
                  target,
                  "SELECT count(*) FROM fram.seen WHERE epoch = 1 AND at >"
                      + " (SELECT min(at) FROM fram.seen WHERE epoch = 2)"))
          .as("what the zombie applied after the other had taken over")
          .isEqualTo("0");
      OracleReport report =
          workload.stop().check(new SwitchableProvider(pair.targetEndpoint(database)));
      assertThat(report.clean()).as(report.toString()).isTrue();
      new Move(pair, database, MigrationSettings.defaults()).assertEqualTables();
    } finally {
      walSenderTimeout("DEFAULT");
    }
    pair.drop(database);
  }

  private JavaChild fram(String database) throws IOException {
    return FramProcess.start(
        pair.sourceEndpoint(database), pair.targetEndpoint(database), "migrate");
  }

  /** Within a batch it would hold the position's row, and nobody could take over at all. */
  private static void stopBetweenTwoBatches(JavaChild fram, Connection target) {
    await()
        .atMost(LIMIT)
        .until(() -> {
          signal(fram, "STOP");
          boolean between =
              text(
                      target,
                      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                          + " AND application_name = 'fram apply' AND state = 'idle'")
                  .equals("1");
          if (!between) {
            signal(fram, "CONT");
          }
          return between;
        });
  }

  private static String zombieSessions() {
    return "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        + " AND application_name = 'fram apply'";
  }

  /** Its machine keeps the sessions alive; somebody gives it up and ends the one that matters. */
  private void endLease(String database) throws SQLException {
    pair.target()
        .execute(
            database,
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                + " WHERE application_name = 'fram lease' AND datname = current_database()");
  }

  /** After this long the source takes the slot away from who does not answer. */
  private void walSenderTimeout(String value) throws SQLException {
    pair.source().execute("postgres", "ALTER SYSTEM SET wal_sender_timeout = " + value);
    pair.source().execute("postgres", "SELECT pg_reload_conf()");
  }

  private static void signal(JavaChild child, String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(child.pid())).start().waitFor();
  }

  private static void awaitTrue(Connection connection, String sql) {
    await().atMost(LIMIT).ignoreExceptions().until(() -> text(connection, sql).equals("t"));
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? String.valueOf(row.getString(1)) : "";
    }
  }
}
