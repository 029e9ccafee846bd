// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.status.PhaseName;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A target that stands still for longer than the source waits for a sign of life. */
class BlockedTargetTest {
  @Test
  void theFeedOutlivesIt() throws SQLException {
    ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);
    String database = pair.freshDatabase("blocked");
    MigrationSettings defaults = Move.settings(MigrationSettings.Mode.MANUAL);
    MigrationSettings.Stream stream = defaults.stream();
    // No disk for the backlog, and little memory: the reader has to stop soon.
    MigrationSettings settings =
        defaults.withStream(
            new MigrationSettings.Stream(
                1 << 20,
                stream.backlogFolder(),
                Long.MAX_VALUE,
                stream.batchChanges(),
                1 << 20,
                stream.batchDelay()));
    PostgresServer source = pair.source();
    source.execute(database, "CREATE TABLE t (id int PRIMARY KEY, v text)");
    source.execute("postgres", "ALTER DATABASE \"" + database + "\" SET wal_sender_timeout = '1s'");
    try (Move move = new Move(pair, database, settings).begin();
        Connection target = pair.target().connect(database)) {
      move.awaitPhase(PhaseName.READY);
      target.setAutoCommit(false);
      run(target, "LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
      source.execute(
          database, "INSERT INTO t SELECT i, repeat('x', 1000) FROM generate_series(1, 30000) i");
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> move.status().toString().contains("too little disk"));
      String feed = feed(source, database);
      source.execute(database, "SELECT pg_sleep(4)");
      assertThat(feed(source, database)).as("the feed's session").isNotEmpty().isEqualTo(feed);
      target.rollback();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> text(target, "SELECT count(*) FROM t").equals("30000"));
      assertThat(feed(source, database)).isEqualTo(feed);
    }
    pair.drop(database);
  }

  private static String feed(PostgresServer source, String database) throws SQLException {
    try (Connection connection = source.connect(database)) {
      return text(
          connection,
          "SELECT COALESCE(max(active_pid)::text, '') FROM pg_replication_slots"
              + " WHERE database = current_database()");
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    } finally {
      if (!connection.getAutoCommit()) {
        connection.rollback();
      }
    }
  }
}
