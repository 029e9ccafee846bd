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
import dev.fram.core.bus.Answer;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.migration.MigrationClient;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.TcpProxy;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The same as {@link HandOverTest} on MySQL and MariaDB, where the register's commit alone closes
 * nothing: what closes the source for good comes after it, and the network may be gone by then.
 */
class MySqlHandOverTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Between the register's change and its commit there is time to do something. */
  private static final String SLOW_CHANGE =
      "CREATE TRIGGER fram.slow BEFORE UPDATE ON fram.handover FOR EACH ROW DO SLEEP(3)";

  private static MySqlPair prepared(MySqlVersion version) throws SQLException {
    MySqlPair pair = MySqlPair.of(version, version).fresh();
    pair.source()
        .execute(
            "",
            "CREATE DATABASE app; CREATE TABLE app.item (id int AUTO_INCREMENT PRIMARY KEY, n int);"
                + " INSERT INTO app.item (n) VALUES (1), (2), (3)");
    return pair;
  }

  @ParameterizedTest
  @EnumSource(names = {"V8_0", "MARIADB_11_4"})
  void aHandOverWhoseAnswerIsLostIsFoundOut(MySqlVersion version) throws Exception {
    MySqlPair pair = prepared(version);
    try (TcpProxy network = TcpProxy.to("127.0.0.1", pair.source().port());
        Move move = new Move(through(network, pair), manual()).begin()) {
      CompletableFuture<Answer> cutover = cutOver(pair, move);
      network.cutOnceAsked("commit");
      await().atMost(LIMIT).until(network::isCut);
      assertThat(state(pair)).isEqualTo("HANDED_OVER");
      network.pass();
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
      assertThat(cutover.get(60, TimeUnit.SECONDS).exitCode()).isZero();
      assertThatThrownBy(() -> write(pair.source())).isInstanceOf(SQLException.class);
      write(pair.target());
      assertThat(items(pair.target())).isEqualTo("4");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V8_0", "MARIADB_11_4"})
  void aHandOverThatWasRolledBackUnheardIsUndone(MySqlVersion version) throws Exception {
    MySqlPair pair = prepared(version);
    try (TcpProxy network = TcpProxy.to("127.0.0.1", pair.source().port());
        Move move = new Move(through(network, pair), manual()).begin()) {
      CompletableFuture<Answer> cutover = cutOver(pair, move);
      network.cutOnce();
      Answer undone = cutover.get(60, TimeUnit.SECONDS);
      assertThat(undone.exitCode()).as(undone.toString()).isEqualTo(4);
      assertThat(state(pair)).isEqualTo("OWNER_SOURCE");
      await().atMost(LIMIT).until(() -> move.status().phase() == PhaseName.READY);
      write(pair.source());
      administer(pair.source(), "DROP TRIGGER fram.slow");
      Answer done = Cutovers.cutOver(move);
      assertThat(done.exitCode()).as(done.toString()).isZero();
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
      assertThat(items(pair.target())).isEqualTo("4");
    }
  }

  /** Nobody can reach the source: a person looks there, and the target opens without it. */
  @ParameterizedTest
  @EnumSource(names = {"V8_0", "MARIADB_11_4"})
  void aPersonsWordOpensTheTargetWithoutTheSource(MySqlVersion version) throws Exception {
    MySqlPair pair = prepared(version);
    MigrationSettings brief =
        manual()
            .withRetry(
                new MigrationSettings.Retry(
                    Duration.ofSeconds(1), Duration.ofMillis(100), Duration.ofMillis(200), 5));
    try (TcpProxy network = TcpProxy.to("127.0.0.1", pair.source().port());
        Move move = new Move(through(network, pair), brief).begin()) {
      CompletableFuture<Answer> cutover = cutOver(pair, move);
      network.cutOnceAsked("commit");
      assertAsks(move::awaitEnd);
      assertThat(cutover.get(60, TimeUnit.SECONDS).exitCode()).isEqualTo(6);
      assertThat(state(pair)).isEqualTo("HANDED_OVER");
      assertThatThrownBy(() -> write(pair.target())).isInstanceOf(SQLException.class);
      try (Move again = new Move(through(network, pair), brief)) {
        assertAsks(again::finish);
      }
      MigrationClient client =
          new MigrationClient(move.engine(), move.request(), brief, Clock.system());
      assertThat(client.status().orElseThrow().status().question().orElseThrow().asks())
          .startsWith("Has " + move.request().source().display() + " handed over?");
      Answer opened = client.resolve("handed-over", status -> {});
      assertThat(opened.exitCode()).as(opened.toString()).isZero();
      write(pair.target());
      network.pass();
      try (Move last = new Move(through(network, pair), brief)) {
        assertThat(last.finish().phase()).isEqualTo(PhaseName.SERVING);
      }
      assertThatThrownBy(() -> write(pair.source())).isInstanceOf(SQLException.class);
      write(pair.target());
      assertThat(items(pair.target())).isEqualTo("5");
    }
  }

  private static void assertAsks(ThrowingCallable run) {
    assertThatThrownBy(run)
        .isInstanceOfSatisfying(
            FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN))
        .hasMessageContaining("fram resolve handed-over: ");
  }

  /** A session of the dry run that is about to end is taken for a stranger's for a moment. */
  private static Answer asked(Move move) {
    Answer answer = Cutovers.cutOver(move);
    for (int i = 0; i < 5 && answer.message().contains("uses Fram's own account"); i++) {
      answer = Cutovers.cutOver(move);
    }
    return answer;
  }

  /** Up to where the register's change waits for its commit. */
  private static CompletableFuture<Answer> cutOver(MySqlPair pair, Move move) throws SQLException {
    move.awaitPhase(PhaseName.READY);
    assertThat(Cutovers.dryRun(move).exitCode()).isZero();
    administer(pair.source(), SLOW_CHANGE);
    CompletableFuture<Answer> cutover = CompletableFuture.supplyAsync(() -> asked(move));
    await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(20))
        .until(() ->
            text(
                    pair.source(),
                    "SELECT COUNT(*) FROM information_schema.PROCESSLIST"
                        + " WHERE STATE = 'User sleep'")
                .equals("1"));
    return cutover;
  }

  private static RouteRequest through(TcpProxy network, MySqlPair pair) {
    return new RouteRequest(
        network.through(pair.sourceEndpoint("")), pair.targetEndpoint(""), Scope.all(), Set.of());
  }

  private static MigrationSettings manual() {
    return Move.settings(MigrationSettings.Mode.MANUAL);
  }

  private static String state(MySqlPair pair) throws SQLException {
    return text(pair.source(), "SELECT state FROM fram.handover");
  }

  private static String items(MySqlServer server) throws SQLException {
    return text(server, "SELECT COUNT(*) FROM app.item");
  }

  private static void write(MySqlServer server) throws SQLException {
    try (Connection application = MySqlPair.connect(server, "shop", "app");
        Statement statement = application.createStatement()) {
      statement.execute("INSERT INTO item (n) VALUES (0)");
    }
  }

  private static void administer(MySqlServer server, String sql) throws SQLException {
    try (Connection connection = MySqlPair.administer(server);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String text(MySqlServer server, String sql) throws SQLException {
    try (Connection connection = MySqlPair.administer(server);
        Statement statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
