// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.RouteRequest;
import dev.fram.api.model.Scope;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.Flow;
import dev.fram.testkit.fault.TcpProxy;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Reasons of a lag, planted one by one: each is named, and is gone when it is over. */
@Timeout(180)
class LagReasonTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ROWS = Integer.getInteger("fram.lag.rows", 200_000);

  private final ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);

  @Test
  void aLockOnTheTargetIsNamedWithItsHolder() throws SQLException {
    String database = shop();
    try (Move move = new Move(pair, database, settings()).begin();
        Connection target = pair.target().connect(database);
        Statement holder = target.createStatement()) {
      move.awaitPhase(PhaseName.READY);
      assertNothingForAWhile(move);
      target.setAutoCommit(false);
      String pid = one(holder, "SELECT pg_backend_pid()");
      holder.execute("SELECT count(*) FROM item WHERE v = 'a secret'");
      holder.execute("LOCK TABLE item IN ACCESS EXCLUSIVE MODE");
      pair.source().execute(database, "UPDATE item SET v = v || 'y' WHERE id < 100");
      Status seen = await(move, lags("waits for a lock of pid " + pid));
      assertThat(seen.lagging().orElseThrow())
          .contains("our write to public.item", "its last statement was LOCK", "is open for")
          .doesNotContain("secret");
      assertThat(seen.notes()).anyMatch(note -> note.contains("pid " + pid));
      target.rollback();
      await(move, status -> status.lagging().isEmpty() && status.feed().lagMillis() == 0);
    }
    pair.drop(database);
  }

  @Test
  void aTableWithoutAnIndexForItsUpdatesIsNamed() throws SQLException {
    String database = shop();
    pair.source()
        .execute(
            database,
            "CREATE TABLE entry (n int, v text); ALTER TABLE entry REPLICA IDENTITY FULL;"
                + " INSERT INTO entry SELECT i, md5(i::text) FROM generate_series(1, "
                + ROWS
                + ") i");
    try (Move move = new Move(pair, database, settings()).begin()) {
      move.awaitPhase(PhaseName.READY);
      pair.source().execute(database, "UPDATE item SET v = v || 'y' WHERE id < 100");
      pair.source().execute(database, "UPDATE entry SET v = v || 'y' WHERE n % 50 = 0");
      await(move, lags("public.entry has no primary key and no unique index on the target"));
    }
    pair.drop(database);
  }

  /** A standby that is waited for and does not come. */
  @Test
  void aStandbyThatDoesNotAnswerIsNamed() throws SQLException {
    String database = shop();
    try (Move move = new Move(pair, database, settings()).begin()) {
      move.awaitPhase(PhaseName.READY);
      standbys("nobody");
      try {
        pair.source().execute(database, "UPDATE item SET v = v || 'y' WHERE id < 100");
        await(move, lags("the target waits for its standby (synchronous"));
      } finally {
        standbys("");
      }
      await(move, status -> status.lagging().isEmpty() && status.feed().lagMillis() == 0);
    }
    pair.drop(database);
  }

  private void standbys(String names) throws SQLException {
    pair.target().configure(Map.of("synchronous_standby_names", names));
    pair.target().execute("postgres", "SELECT pg_reload_conf()");
  }

  /** Both ways to lose a network: connections that end, and ones that only fall silent. */
  @Test
  void aSourceThatDoesNotAnswerIsNoSourceWithoutALag() throws Exception {
    String database = shop();
    try (TcpProxy proxy = TcpProxy.to("127.0.0.1", pair.source().port());
        Move move =
            new Move(
                    new RouteRequest(
                        proxy.through(pair.sourceEndpoint(database)),
                        pair.targetEndpoint(database),
                        Scope.all(),
                        Set.of()),
                    settings())
                .begin()) {
      move.awaitPhase(PhaseName.READY);
      assertNothingForAWhile(move);
      proxy.cut();
      assertThat(await(move, lags("The source has not answered")).feed().lagMillis()).isEqualTo(-1);
      proxy.pass();
      await(move, status -> status.lagging().isEmpty() && status.feed().lagMillis() == 0);
      proxy.stall();
      assertThat(await(move, lags("The source has not answered")).feed().lagMillis()).isEqualTo(-1);
      proxy.pass();
      await(move, status -> status.lagging().isEmpty() && status.feed().lagMillis() == 0);
    }
    pair.drop(database);
  }

  /** {@code -Dfram.lag.network=true}: not in every run, as it takes half a minute. */
  @Test
  @EnabledIfSystemProperty(named = "fram.lag.network", matches = "true")
  void aNarrowWayToTheTargetIsNamed() throws Exception {
    String database = shop();
    try (TcpProxy proxy = TcpProxy.to("127.0.0.1", pair.target().port());
        Move move =
            new Move(
                    new RouteRequest(
                        pair.sourceEndpoint(database),
                        proxy.through(pair.targetEndpoint(database)),
                        Scope.all(),
                        Set.of()),
                    settings())
                .begin()) {
      move.awaitPhase(PhaseName.READY);
      proxy.pace(Flow.REQUESTS, 60_000);
      pair.source()
          .execute(
              database,
              "INSERT INTO item SELECT i, repeat('x', 1000) FROM generate_series(1001, 6000) i");
      await(move, lags("the way to it is long or full"));
    }
    pair.drop(database);
  }

  private String shop() throws SQLException {
    String database = pair.freshDatabase("lag");
    pair.source()
        .execute(
            database,
            "CREATE TABLE item (id int PRIMARY KEY, v text);"
                + " INSERT INTO item SELECT i, 'x' FROM generate_series(1, 1000) i");
    return database;
  }

  static MigrationSettings settings() {
    MigrationSettings defaults = Move.settings(MigrationSettings.Mode.MANUAL);
    MigrationSettings.Cutover cutover = defaults.cutover();
    MigrationSettings.Rhythm rhythm = defaults.rhythm();
    return defaults
        .withCutover(
            new MigrationSettings.Cutover(
                cutover.mode(), cutover.writeBlockBudget(), Duration.ofSeconds(1), 20))
        .withRhythm(
            new MigrationSettings.Rhythm(
                Duration.ofMillis(100),
                rhythm.command(),
                Duration.ofMillis(500),
                rhythm.held(),
                rhythm.confirm()));
  }

  /** An idle source is no lag. */
  static void assertNothingForAWhile(Move move) {
    long until = move.status().totalMillis() + 2_000;
    Status seen = await(move, status -> status.totalMillis() > until);
    assertThat(seen.lagging()).isEmpty();
    assertThat(seen.feed().lagMillis()).isZero();
    assertThat(seen.notes()).noneMatch(note -> note.contains("behind"));
  }

  static Predicate<Status> lags(String words) {
    return status -> status.lagging().filter(s -> s.contains(words)).isPresent();
  }

  static Status await(Move move, Predicate<Status> wanted) {
    return Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(move::status, wanted);
  }

  private static String one(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
