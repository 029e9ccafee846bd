// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.DdlPolicy;
import dev.fram.api.engine.NativeFeed;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableOptions;
import dev.fram.api.status.PhaseName;
import dev.fram.api.traffic.Address;
import dev.fram.core.bus.Answer;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.migration.MigrationClient;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.JavaChild;
import dev.fram.testkit.fault.TcpProxy;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The target as a replica of the source, led by Fram, between real MySQL servers. */
@Timeout(400)
class NativeFeedTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String DATABASE = "app";
  private static final String TABLES =
      """
      CREATE DATABASE app;
      USE app;
      CREATE TABLE customer (id int PRIMARY KEY, name varchar(40)) ENGINE = InnoDB;
      CREATE TABLE item (
        id bigint AUTO_INCREMENT PRIMARY KEY, customer int, token varchar(60) UNIQUE, body text,
        FOREIGN KEY (customer) REFERENCES customer (id) ON DELETE CASCADE) ENGINE = InnoDB;
      CREATE TABLE coded (code varchar(60) NOT NULL UNIQUE, v int) ENGINE = InnoDB;
      CREATE TABLE left_out (id int PRIMARY KEY) ENGINE = InnoDB;
      INSERT INTO customer VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e');
      INSERT INTO coded VALUES ('k1', 1), ('k2', 2), ('k3', 3);
      CREATE DATABASE other;
      CREATE TABLE other.t (id int PRIMARY KEY) ENGINE = InnoDB;
      """;

  /** What Fram leaves on a server for a replica. */
  private static final List<String> TRACES =
      List.of(
          "SELECT CHANNEL_NAME FROM performance_schema.replication_connection_configuration"
              + " WHERE CHANNEL_NAME <> ''",
          "SELECT user FROM mysql.user WHERE user LIKE 'fram\\_%'",
          "SELECT VARIABLE_NAME FROM performance_schema.persisted_variables"
              + " WHERE VARIABLE_NAME LIKE 'skip_%'",
          "SHOW DATABASES LIKE 'fram'");

  private static final String POSITION = "SELECT position FROM fram.feed";

  private final MySqlPair pair = MySqlPair.of(MySqlVersion.V8_0, MySqlVersion.V8_0);

  @BeforeEach
  void fresh() throws SQLException {
    pair.fresh();
    // A source that is closed for good keeps the account, and says so.
    for (String left : values(pair.source(), TRACES.get(1))) {
      on(pair.source(), "DROP USER " + left);
    }
    pair.source().execute("", TABLES);
  }

  /** Everything that Fram's own feed would stop at, or do by itself, comes over by the replica. */
  @Test
  void schemaChangesComeOverAndWhatIsOutOfScopeDoesNot() throws Exception {
    Writers writers = writers();
    try (writers;
        Move move = withAWayBack().begin()) {
      move.awaitPhase(PhaseName.READY);
      on(
          pair.source(),
          "ALTER TABLE app.coded ADD COLUMN born date DEFAULT '1970-01-01', ALGORITHM = INSTANT");
      on(pair.source(), "CREATE TABLE app.coded_new LIKE app.coded");
      on(pair.source(), "INSERT INTO app.coded_new SELECT code, v + 1000, born FROM app.coded");
      on(pair.source(), "CREATE TABLE app.later (id int PRIMARY KEY, t text)");
      on(pair.source(), "INSERT INTO app.later VALUES (1, 'one'), (2, 'two')");
      on(pair.source(), "RENAME TABLE app.later TO app.waiting, app.coded_new TO app.later");
      on(pair.source(), "INSERT INTO app.left_out VALUES (1)");
      on(pair.source(), "INSERT INTO other.t VALUES (1)");
      on(pair.source(), "CREATE USER IF NOT EXISTS meanwhile@'%' IDENTIFIED BY 'nobody''s'");
      writers.awaitMore();
      Cutovers.untilDone(move);
      await().atMost(LIMIT).until(() -> move.status().reverse().isPresent());
      writers.awaitMore();
      writers.close();
      writers.assertNothingLost(login(pair.target()));
    } finally {
      on(pair.source(), "DROP USER IF EXISTS meanwhile@'%'");
    }
    assertThat(values(pair.target(), "SELECT COUNT(*) FROM app.later")).containsExactly("3");
    assertThat(values(pair.target(), "SELECT t FROM app.waiting WHERE id = 2"))
        .containsExactly("two");
    assertThat(values(pair.target(), "SELECT DISTINCT born FROM app.coded"))
        .containsExactly("1970-01-01");
    assertThat(values(pair.target(), "SHOW TABLES FROM app LIKE 'left%'")).isEmpty();
    assertThat(values(pair.target(), "SHOW DATABASES LIKE 'other'")).isEmpty();
    assertThat(values(pair.target(), "SELECT user FROM mysql.user WHERE user = 'meanwhile'"))
        .isEmpty();
    // By now the replica and its account are gone; Fram's own database says that it has served.
    assertThat(values(pair.target(), TRACES.getFirst())).isEmpty();
    assertThat(values(pair.source(), TRACES.get(1))).isEmpty();
  }

  /** Fram and the target are killed while the replica works; what stands there then counts. */
  @Test
  void goesOnAfterFramAndTheTargetWereKilled() throws Exception {
    Random random = new Random();
    Writers writers = writers();
    try (writers) {
      for (int i = 0; i < 3; i++) {
        try (JavaChild fram = fram("migrate", "--cutover=manual")) {
          awaitWith(fram, this::recorded);
          long more = writers.count() + 10 + random.nextInt(60);
          awaitWith(fram, () -> writers.count() > more);
          fram.kill9();
        }
        if (i == 1) {
          pair.target().kill9();
          pair.target().start();
        }
      }
      try (Move move = move(request(Optional.empty())).begin()) {
        move.awaitPhase(PhaseName.READY);
        pair.target().kill9();
        pair.target().start();
        writers.awaitMore();
        // Until the run is there again nobody knows at which moment both sides are to be equal.
        await()
            .atMost(LIMIT)
            .ignoreException(FramException.class)
            .until(() -> Cutovers.verify(move).exitCode() == 0);
        Cutovers.untilDone(move);
        assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
      }
      writers.awaitMore();
      writers.close();
      writers.assertNothingLost(login(pair.target()));
    }
  }

  /**
   * What a run that was killed had told the replica to bring over arrives when nobody looks. The
   * next one counts it, and compares it.
   */
  @Test
  void aReplicaThatWentOnAloneIsTakenForWhatItIs() throws Exception {
    try (JavaChild fram = fram("migrate", "--cutover=manual")) {
      awaitWith(fram, () -> phase().equals("READY"));
      fram.kill9();
    }
    String recorded = values(pair.target(), POSITION).getFirst();
    for (int id = 1_000; id < 1_400; id++) {
      on(pair.source(), "INSERT INTO app.customer VALUES (" + id + ", 'ours')");
    }
    String all = values(pair.source(), "SELECT @@global.gtid_executed").getFirst();
    on(
        pair.target(),
        "START REPLICA SQL_THREAD UNTIL SQL_AFTER_GTIDS = '" + all + "' FOR CHANNEL 'fram'");
    await()
        .atMost(LIMIT)
        .until(
            () -> !values(pair.target(), "SELECT id FROM app.customer WHERE id = 1399").isEmpty());
    assertThat(values(pair.target(), POSITION)).containsExactly(recorded);
    // There is no moment at which both sides could be compared.
    assertThatThrownBy(() -> Cutovers.verify(move(request(Optional.empty()))))
        .isInstanceOf(FramException.class)
        .hasMessageContaining("the replica is farther than what is recorded of it");
    onlyThere("UPDATE app.customer SET name = 'not as it was sent' WHERE id = 1005");
    try (Move move = move(request(Optional.empty())).begin()) {
      move.awaitPhase(PhaseName.READY);
      Answer refused = Cutovers.cutOver(move);
      assertThat(refused.exitCode()).as(refused.toString()).isNotZero();
      assertThat(Cutovers.verify(move).toString()).contains("app.customer");
      onlyThere("UPDATE app.customer SET name = 'ours' WHERE id = 1005");
      assertThat(Cutovers.verify(move).exitCode()).isZero();
      Cutovers.untilDone(move);
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
    }
    assertThat(values(pair.target(), "SELECT COUNT(*) FROM app.customer WHERE name = 'ours'"))
        .containsExactly("400");
  }

  /** On the target, and not in its log. */
  private void onlyThere(String sql) throws SQLException {
    try (Connection connection = MySqlPair.administer(pair.target());
        Statement statement = connection.createStatement()) {
      statement.execute("SET sql_log_bin = 0");
      statement.execute(sql);
    }
  }

  @Test
  void aRowThatIsThereAlreadyIsExplainedAndTheSourceUntouched() throws Exception {
    try (Move move = move(request(Optional.empty())).begin()) {
      move.awaitPhase(PhaseName.READY);
      on(pair.target(), "INSERT INTO app.customer VALUES (77, 'a stranger')");
      on(pair.source(), "INSERT INTO app.customer VALUES (77, 'ours')");
      assertThatThrownBy(move::awaitEnd)
          .isInstanceOf(FramException.class)
          .hasMessageContaining("its replica has stopped")
          .hasMessageContaining("somebody else has written to it")
          .hasMessageNotContaining("77");
    }
    cancelled(request(Optional.empty()));
  }

  @Test
  void anAccountThatWasDroppedIsMadeAgain() throws Exception {
    try (Move move = move(request(Optional.empty())).begin()) {
      move.awaitPhase(PhaseName.READY);
      String account = values(pair.source(), TRACES.get(1)).getFirst();
      on(pair.source(), "DROP USER " + account);
      for (String session :
          values(
              pair.source(),
              "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = '" + account + "'")) {
        on(pair.source(), "KILL " + session);
      }
      on(pair.source(), "INSERT INTO app.customer VALUES (78, 'ours')");
      await()
          .atMost(LIMIT)
          .until(
              () -> !values(pair.target(), "SELECT id FROM app.customer WHERE id = 78").isEmpty());
      Cutovers.untilDone(move);
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
    }
  }

  /** The log goes while the target cannot reach the source. */
  @Test
  void aLogThatIsGoneIsExplainedAndTheSourceUntouched() throws Exception {
    try (TcpProxy way = TcpProxy.to("127.0.0.1", pair.source().port())) {
      RouteRequest request = request(Optional.of(new Address("127.0.0.1", way.port())));
      try (Move move = move(request).begin()) {
        move.awaitPhase(PhaseName.READY);
        way.cut();
        on(pair.source(), "INSERT INTO app.customer VALUES (81, 'ours')");
        await()
            .atMost(LIMIT)
            .until(() -> {
              on(pair.source(), "FLUSH BINARY LOGS");
              List<String> logs = values(pair.source(), "SHOW BINARY LOGS");
              on(pair.source(), "PURGE BINARY LOGS TO '" + logs.getLast() + "'");
              // Whoever reads a log keeps it.
              return values(pair.source(), "SHOW BINARY LOGS").size() == 1;
            });
        way.pass();
        assertThatThrownBy(move::awaitEnd)
            .isInstanceOfSatisfying(
                FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOG_LOST))
            .hasMessageContaining("binlog_expire_logs_seconds");
      }
      cancelled(request);
    }
  }

  /** A replica that was told to encrypt does not do without, whatever the source can do now. */
  @Test
  void aSourceThatEncryptsNoMoreIsNamed() throws Exception {
    RouteRequest request = request(Optional.empty());
    try (Move move = move(request).begin()) {
      move.awaitPhase(PhaseName.READY);
      encrypts(pair.source(), false);
      String account = values(pair.source(), TRACES.get(1)).getFirst();
      for (String session :
          values(
              pair.source(),
              "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = '" + account + "'")) {
        on(pair.source(), "KILL " + session);
      }
      on(pair.source(), "INSERT INTO app.customer VALUES (82, 'ours')");
      assertThatThrownBy(move::awaitEnd)
          .isInstanceOf(FramException.class)
          .hasMessageContaining("agree on no encryption")
          .hasMessageContaining("ssl-mode=DISABLED");
      assertThat(values(pair.target(), "SELECT id FROM app.customer WHERE id = 82")).isEmpty();
    } finally {
      encrypts(pair.source(), true);
    }
    try (Move move = move(request).begin()) {
      move.awaitPhase(PhaseName.READY);
      Cutovers.untilDone(move);
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
    }
    assertThat(values(pair.target(), "SELECT id FROM app.customer WHERE id = 82"))
        .containsExactly("82");
  }

  /** New sessions only (manual, ALTER INSTANCE RELOAD TLS). */
  private static void encrypts(MySqlServer server, boolean wanted) throws SQLException {
    on(server, "SET GLOBAL tls_version = '" + (wanted ? "TLSv1.2,TLSv1.3" : "") + "'");
    on(server, "ALTER INSTANCE RELOAD TLS" + (wanted ? "" : " NO ROLLBACK ON ERROR"));
  }

  @Test
  void aSourceThatTheTargetCannotReachIsNamed() throws Exception {
    RouteRequest request = request(Optional.of(new Address("127.0.0.1", 1)));
    try (Move move = move(request).begin()) {
      assertThatThrownBy(move::awaitEnd)
          .isInstanceOf(FramException.class)
          .hasMessageContaining("cannot read from 127.0.0.1:1")
          .hasMessageContaining("--source-for-target");
    }
    cancelled(request);
  }

  private void cancelled(RouteRequest request) throws SQLException {
    Answer cancelled =
        new MigrationClient(
                Move.engine("mysql"), request, MigrationSettings.defaults(), Clock.system())
            .cancel(status -> {});
    assertThat(cancelled.exitCode()).as(cancelled.toString()).isZero();
    for (MySqlServer server : List.of(pair.source(), pair.target())) {
      for (String trace : TRACES) {
        assertThat(values(server, trace)).as(trace).isEmpty();
      }
    }
    on(pair.source(), "INSERT INTO app.customer VALUES (80, 'the source serves as before')");
  }

  private static void awaitWith(JavaChild fram, BooleanSupplier condition) {
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> {
          assertThat(fram.alive()).as(fram.output()).isTrue();
          assertThat(condition.getAsBoolean()).as(fram.output()).isTrue();
        });
  }

  private String phase() {
    try {
      return String.join(",", values(pair.target(), "SELECT phase FROM fram.migration"));
    } catch (SQLException e) {
      return "none";
    }
  }

  private boolean recorded() {
    try {
      return !values(pair.target(), TRACES.getFirst()).isEmpty();
    } catch (SQLException e) {
      return false;
    }
  }

  private Move move(RouteRequest request) {
    return new Move(
        request,
        Move.settings(MigrationSettings.Mode.MANUAL)
            .withReverse(MigrationSettings.Reverse.off())
            .withRetry(
                new MigrationSettings.Retry(
                    Duration.ofSeconds(15), Duration.ofMillis(300), Duration.ofSeconds(2), 5)));
  }

  private Move withAWayBack() {
    return new Move(
        request(Optional.empty()),
        Move.settings(MigrationSettings.Mode.MANUAL)
            .withReverse(
                new MigrationSettings.Reverse(Duration.ofHours(1), MigrationSettings.Wish.ASKED)));
  }

  /** With encryption, as a user's servers have it unless he refuses it. */
  private RouteRequest request(Optional<Address> source) {
    return new RouteRequest(
        encrypted(pair.sourceEndpoint(DATABASE)),
        encrypted(pair.targetEndpoint(DATABASE)),
        new Scope(List.of(), List.of("app.left*")),
        Set.of(),
        new TableOptions(List.of(), List.of(), TableOptions.States.ONE),
        DdlPolicy.ASK,
        List.of(),
        Optional.of(new NativeFeed(source)));
  }

  private static Endpoint encrypted(Endpoint plain) {
    return new Endpoint(
        plain.scheme(),
        plain.host(),
        plain.port(),
        plain.user(),
        plain.database(),
        Map.of(),
        plain.password());
  }

  private JavaChild fram(String... words) throws IOException {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--feed=native");
    all.add("--exclude=app.left*");
    return FramProcess.start(
        pair.sourceEndpoint(DATABASE), pair.targetEndpoint(DATABASE), all.toArray(String[]::new));
  }

  private Writers writers() {
    return new Writers(login(pair.source()), login(pair.target()));
  }

  private static Login login(MySqlServer server) {
    return () -> MySqlPair.connect(server, "shop", DATABASE);
  }

  private static void on(MySqlServer server, String sql) throws SQLException {
    try (Connection connection = MySqlPair.administer(server);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<String> values(MySqlServer server, String sql) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = MySqlPair.administer(server);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }
}
