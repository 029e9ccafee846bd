// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.model.MigrationId;
import dev.fram.postgresql.connection.Connector;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A receiver that pauses inside a huge transaction until the server asks whether it is still there
 * (ALGORITHMS I.8): the answer to that must not confirm anything, and nothing is lost when the
 * receiver dies then.
 */
class PausedFeedTest {
  private static final MigrationId ID = new MigrationId("00000001");
  private static final int ROWS = 100_000;
  private static final String REPLIED =
      "SELECT coalesce(max(reply_time), '-infinity') > '%s' FROM pg_stat_replication";

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void anAnswerToAKeepaliveConfirmsNothing(PostgresVersion version) throws Exception {
    try (PostgresServer server =
            PostgresServer.plan(version).setting("wal_sender_timeout", "4s").start();
        Connection admin = server.connect("postgres");
        Connection huge = server.connect("postgres")) {
      text(admin, "CREATE TABLE t (id int PRIMARY KEY, v text)");
      text(admin, "CREATE PUBLICATION fram_00000001 FOR TABLE t");
      text(admin, "SELECT pg_create_logical_replication_slot('fram_00000001', 'pgoutput')");
      huge.setAutoCommit(false);
      text(
          huge, "INSERT INTO t SELECT i, repeat('x', 200) FROM generate_series(1, " + ROWS + ") i");
      text(admin, "INSERT INTO t VALUES (0, 'small, and commits first')");
      text(huge, "UPDATE t SET v = 'changed' WHERE id = 1");
      huge.commit();
      Lsn small;
      try (ReplicationFeed feed = open(server, confirmed(admin))) {
        small = nextCommit(feed).end();
        feed.confirm(small);
        await().untilAsserted(() -> assertThat(confirmed(admin)).isEqualTo(small));
        assertThat(readUntilAnswered(feed, admin)).isBetween(1, ROWS);
        assertThat(confirmed(admin)).as("inside the huge transaction").isEqualTo(small);
      }
      await()
          .ignoreExceptions()
          .until(() -> {
            try (ReplicationFeed again = open(server, small)) {
              assertThat(nextCommit(again).rows()).isEqualTo(ROWS + 1);
            }
            return true;
          });
    }
  }

  /** Pauses for longer than the server waits before it asks; returns how many rows were read. */
  private static int readUntilAnswered(ReplicationFeed feed, Connection admin) throws SQLException {
    int rows = 0;
    while (rows == 0) {
      rows +=
          feed.poll(Duration.ofSeconds(1)).filter(FeedEvent.Row.class::isInstance).isPresent()
              ? 1
              : 0;
    }
    String before = text(admin, "SELECT clock_timestamp()");
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() ->
            text(admin, "SELECT clock_timestamp() > '" + before + "'::timestamptz + '2500 ms'")
                .equals("t"));
    while (true) {
      FeedEvent event = feed.poll(Duration.ofSeconds(1)).orElseThrow();
      assertThat(event).as("the huge transaction goes on").isInstanceOf(FeedEvent.Row.class);
      rows++;
      if (rows % 500 == 0 && text(admin, REPLIED.formatted(before)).equals("t")) {
        return rows;
      }
    }
  }

  private record Ended(Lsn end, int rows) {}

  private static Ended nextCommit(ReplicationFeed feed) {
    int rows = 0;
    while (true) {
      Optional<FeedEvent> event = feed.poll(Duration.ofSeconds(10));
      assertThat(event).isPresent();
      if (event.get() instanceof FeedEvent.Row) {
        rows++;
      }
      if (event.get() instanceof FeedEvent.Commit commit) {
        return new Ended((Lsn) commit.end(), rows);
      }
    }
  }

  private static ReplicationFeed open(PostgresServer server, Lsn from) {
    Connector source = new Connector(server.endpoint("postgres"), "source");
    return ReplicationFeed.open(source, FeedName.of(ID), from, Optional.empty(), new TouchOrder());
  }

  private static Lsn confirmed(Connection admin) throws SQLException {
    return Lsn.parse(text(admin, "SELECT confirmed_flush_lsn FROM pg_replication_slots"));
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return "";
      }
      ResultSet row = statement.getResultSet();
      return row.next() ? row.getString(1) : "";
    }
  }
}
