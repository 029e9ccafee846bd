// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.Secret;
import dev.fram.postgresql.connection.Connector;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.server.StopMode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The feed against a server that is stopped, killed and told to forget. */
class ReplicationFeedTest {
  private static final MigrationId ID = new MigrationId("00000001");

  private Optional<PostgresServer> running = Optional.empty();

  @AfterEach
  void stop() {
    running.ifPresent(PostgresServer::close);
  }

  private PostgresServer start(PostgresVersion version) throws SQLException {
    PostgresServer server = PostgresServer.plan(version).start();
    running = Optional.of(server);
    server.execute(
        "postgres", "CREATE TABLE t (id int PRIMARY KEY, v text); CREATE TABLE other (v text)");
    server.execute("postgres", "CREATE PUBLICATION fram_00000001 FOR TABLE t");
    server.execute(
        "postgres", "SELECT pg_create_logical_replication_slot('fram_00000001', 'pgoutput')");
    return server;
  }

  private static Connector connector(PostgresServer server) {
    return new Connector(
        Endpoint.parse(server.uri("postgres")).withPassword(new Secret(server.password())),
        "source");
  }

  private static ReplicationFeed open(PostgresServer server, Lsn from) {
    return ReplicationFeed.open(
        connector(server), FeedName.of(ID), from, Optional.empty(), new TouchOrder());
  }

  private static String text(PostgresServer server, String sql) throws SQLException {
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static Lsn confirmed(PostgresServer server) throws SQLException {
    return Lsn.parse(text(server, "SELECT confirmed_flush_lsn FROM pg_replication_slots"));
  }

  private static List<FeedEvent> until(ReplicationFeed feed, Predicate<FeedEvent> last) {
    List<FeedEvent> events = new ArrayList<>();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (System.nanoTime() < deadline) {
      Optional<FeedEvent> event = feed.poll(Duration.ofMillis(50));
      event.ifPresent(events::add);
      if (event.filter(last).isPresent()) {
        return events;
      }
    }
    throw new AssertionError("not seen in: " + events);
  }

  private static Lsn end(FeedEvent event) {
    return (Lsn) ((FeedEvent.Commit) event).end();
  }

  private static ErrorCode failure(Runnable call) {
    ErrorCode[] code = new ErrorCode[1];
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(FramException.class, problem -> code[0] = problem.code());
    return code[0];
  }

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void onlyWhatWasHandedOutWholeCanBeConfirmed(PostgresVersion version) throws Exception {
    PostgresServer server = start(version);
    Lsn start = confirmed(server);
    try (ReplicationFeed feed = open(server, start)) {
      server.execute("postgres", "INSERT INTO t SELECT i, 'x' FROM generate_series(1, 50) i");
      until(feed, FeedEvent.Row.class::isInstance);
      Lsn now = Lsn.parse(text(server, "SELECT pg_current_wal_insert_lsn()"));
      assertThat(failure(() -> feed.confirm(now))).isEqualTo(ErrorCode.INTERNAL);
      assertThat(confirmed(server)).isEqualTo(start);
      List<FeedEvent> rest = until(feed, FeedEvent.Commit.class::isInstance);
      Lsn end = end(rest.getLast());
      assertThat(confirmed(server)).isEqualTo(start);
      feed.confirm(end);
      await().untilAsserted(() -> assertThat(confirmed(server)).isEqualTo(end));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V13", "V15", "V18"})
  void aQuietPublishedSetStillMovesOn(PostgresVersion version) throws Exception {
    PostgresServer server = start(version);
    try (ReplicationFeed feed = open(server, confirmed(server))) {
      server.execute(
          "postgres", "INSERT INTO other SELECT repeat('x', 1000) FROM generate_series(1, 1000)");
      Lsn now = Lsn.parse(text(server, "SELECT pg_current_wal_flush_lsn()"));
      FeedEvent reached =
          until(
                  feed,
                  event ->
                      event instanceof FeedEvent.Idle idle && idle.reached().covers(now)
                          || event instanceof FeedEvent.Commit commit && commit.end().covers(now))
              .getLast();
      Lsn position = reached instanceof FeedEvent.Idle idle ? (Lsn) idle.reached() : end(reached);
      feed.confirm(position);
      await().untilAsserted(() -> assertThat(confirmed(server)).isEqualTo(position));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void aFastShutdownDoesNotWaitForAFeedThatConfirms(PostgresVersion version) throws Exception {
    PostgresServer server = start(version);
    try (ReplicationFeed feed = open(server, confirmed(server))) {
      server.execute("postgres", "INSERT INTO t VALUES (1, 'x')");
      feed.confirm(end(until(feed, FeedEvent.Commit.class::isInstance).getLast()));
      long begun = System.nanoTime();
      CompletableFuture<Void> stopping =
          CompletableFuture.runAsync(() -> server.stop(StopMode.FAST));
      ErrorCode seen =
          failure(() ->
              until(
                  feed,
                  event -> {
                    if (event instanceof FeedEvent.Idle idle) {
                      feed.confirm(idle.reached());
                    }
                    return false;
                  }));
      stopping.get(30, TimeUnit.SECONDS);
      assertThat(seen).isEqualTo(ErrorCode.CONNECTION_LOST);
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void afterACrashNothingComesTwice(PostgresVersion version) throws Exception {
    PostgresServer server = start(version);
    Lsn end;
    try (ReplicationFeed feed = open(server, confirmed(server))) {
      server.execute("postgres", "INSERT INTO t VALUES (1, 'x'); CHECKPOINT");
      server.execute("postgres", "INSERT INTO t VALUES (2, 'x')");
      until(feed, FeedEvent.Commit.class::isInstance);
      end = end(until(feed, FeedEvent.Commit.class::isInstance).getLast());
      feed.confirm(end);
    }
    server.kill9();
    server.start();
    assertThat(confirmed(server)).isNotEqualTo(end);
    server.execute("postgres", "INSERT INTO t VALUES (3, 'x')");
    try (ReplicationFeed feed = open(server, end)) {
      List<FeedEvent> events = until(feed, FeedEvent.Commit.class::isInstance);
      assertThat(events.stream().filter(FeedEvent.Row.class::isInstance)).hasSize(1);
      assertThat(events.stream().filter(FeedEvent.SchemaChange.class::isInstance)).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void whatIsWrongWithTheSlotIsSaid(PostgresVersion version) throws Exception {
    PostgresServer server = start(version);
    Lsn from = confirmed(server);
    try (ReplicationFeed feed = open(server, from)) {
      assertThat(failure(() -> open(server, from))).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
      assertThat(feed.poll(Duration.ZERO)).isEmpty();
    }
    assertThat(
            failure(() ->
                ReplicationFeed.open(
                    connector(server),
                    FeedName.of(ID),
                    from,
                    Optional.of("12345/1"),
                    new TouchOrder())))
        .isEqualTo(ErrorCode.FEED_INVALID);
    await()
        .ignoreExceptions()
        .until(() -> {
          server.execute("postgres", "SELECT pg_drop_replication_slot('fram_00000001')");
          return true;
        });
    assertThat(failure(() -> open(server, from))).isEqualTo(ErrorCode.LOG_LOST);
  }

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void aSlotThatTheServerGaveUpIsLost(PostgresVersion version) throws Exception {
    PostgresServer server = start(version);
    Lsn from = confirmed(server);
    server.execute("postgres", "ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
    server.execute("postgres", "SELECT pg_reload_conf()");
    for (int i = 0; i < 4; i++) {
      server.execute(
          "postgres", "INSERT INTO other SELECT repeat('x', 1000) FROM generate_series(1, 20000)");
      server.execute("postgres", "SELECT pg_switch_wal()");
      server.execute("postgres", "CHECKPOINT");
    }
    assertThat(text(server, "SELECT wal_status FROM pg_replication_slots")).isEqualTo("lost");
    assertThat(failure(() -> open(server, from))).isEqualTo(ErrorCode.LOG_LOST);
  }

  /** A reader without room reads nothing for longer than the server waits for a sign of life. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aReaderThatReadsNothingIsKeptWhenItSaysSo(boolean saysSo) throws SQLException {
    PostgresServer server = start(PostgresVersion.V18);
    server.execute("postgres", "ALTER DATABASE postgres SET wal_sender_timeout = '1s'");
    Lsn from = confirmed(server);
    try (ReplicationFeed feed = open(server, from)) {
      server.execute(
          "postgres", "INSERT INTO t SELECT i, repeat('x', 1000) FROM generate_series(1, 30000) i");
      for (int i = 0; i < 40; i++) {
        server.execute("postgres", "SELECT pg_sleep(0.1)");
        if (saysSo) {
          feed.keepAlive();
        }
      }
      if (saysSo) {
        assertThat(until(feed, e -> e instanceof FeedEvent.Commit)).hasSizeGreaterThan(30_000);
      } else {
        assertThat(failure(() -> until(feed, e -> e instanceof FeedEvent.Commit)))
            .isEqualTo(ErrorCode.CONNECTION_LOST);
      }
    }
  }
}
