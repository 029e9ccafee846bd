// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.DdlPolicy;
import dev.fram.api.engine.NativeFeed;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableOptions;
import dev.fram.api.traffic.Address;
import dev.fram.core.bus.Answer;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.migration.MigrationClient;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.JavaChild;
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
import java.util.Set;

/**
 * Two servers of one product, of which the target is to be the other's replica, and what the two
 * products call differently. One test at a time.
 *
 * @param pair the servers
 * @param version theirs
 */
record NativePair(MySqlPair pair, MySqlVersion version) {
  static final String DATABASE = "app";

  /** The replica is told to encrypt its way to the source, so that one has to be able to. */
  private static final Map<String, String> ENCRYPTING = Map.of("ssl", "ON");

  private static final MySqlVersion WITHOUT_GTIDS =
      MySqlVersion.valueOf(System.getProperty("fram.files.version", "V8_0"));

  private static final String ACCOUNTS = "SELECT user FROM mysql.user WHERE user LIKE 'fram\\_%'";

  private static final List<String> MYSQL_TRACES =
      List.of(
          ACCOUNTS,
          "SELECT CHANNEL_NAME FROM performance_schema.replication_connection_configuration"
              + " WHERE CHANNEL_NAME <> ''",
          "SELECT VARIABLE_NAME FROM performance_schema.persisted_variables"
              + " WHERE VARIABLE_NAME LIKE 'skip_%'",
          "SHOW DATABASES LIKE 'fram'");

  private static final List<String> MARIADB_TRACES =
      List.of(
          ACCOUNTS,
          "SHOW ALL SLAVES STATUS",
          "SELECT table_name FROM information_schema.tables WHERE table_schema = 'mysql'"
              + " AND table_name LIKE 'gtid\\_slave\\_pos\\_%'",
          "SELECT @@global.gtid_slave_pos FROM dual WHERE @@global.gtid_slave_pos <> ''",
          "SELECT 1 FROM dual WHERE @@global.slave_parallel_threads <> 0",
          "SHOW DATABASES LIKE 'fram'");

  /** Fresh servers with these tables on the source. */
  static NativePair fresh(MySqlVersion version, String tables) throws SQLException {
    MySqlPair pair =
        version.mariaDb()
            ? MySqlPair.of(version, version, ENCRYPTING)
            : MySqlPair.of(version, version);
    NativePair all = new NativePair(pair.fresh(), version);
    if (version.mariaDb()) {
      all.forgetReplicas();
    }
    // A source that is closed for good keeps the account, and says so.
    for (String left : values(pair.source(), ACCOUNTS)) {
      on(pair.source(), "DROP USER " + left);
    }
    pair.source().execute("", tables);
    return all;
  }

  /** The source has no GTIDs; the target has them or not. */
  static NativePair withoutGtids(boolean targetHasThem, String tables) throws SQLException {
    Map<String, String> none = Map.of("gtid_mode", "OFF", "enforce_gtid_consistency", "OFF");
    MySqlPair pair =
        targetHasThem
            ? MySqlPair.of(WITHOUT_GTIDS, WITHOUT_GTIDS, none)
            : MySqlPair.of(WITHOUT_GTIDS, none);
    NativePair all = new NativePair(pair.fresh(), WITHOUT_GTIDS);
    for (String left : values(pair.source(), ACCOUNTS)) {
      on(pair.source(), "DROP USER " + left);
    }
    pair.source().execute("", tables);
    return all;
  }

  private boolean gtids() throws SQLException {
    return values(source(), "SELECT @@global.gtid_mode").contains("ON");
  }

  /** What a test that has failed may have left, and no later one is to meet. */
  private void forgetReplicas() throws SQLException {
    for (String channel : channels()) {
      on(target(), "STOP SLAVE '" + channel + "'");
      on(target(), "RESET SLAVE '" + channel + "' ALL");
    }
    on(target(), "DROP TABLE IF EXISTS mysql.gtid_slave_pos_fram");
    on(target(), "SET GLOBAL gtid_slave_pos = ''");
    on(target(), "SET GLOBAL slave_parallel_threads = 0");
  }

  MySqlServer source() {
    return pair.source();
  }

  MySqlServer target() {
    return pair.target();
  }

  private List<String> traces() {
    return version.mariaDb() ? MARIADB_TRACES : MYSQL_TRACES;
  }

  /** The channels on the target. */
  List<String> channels() throws SQLException {
    return values(target(), traces().get(1));
  }

  /** The replica's accounts on the source. */
  List<String> accounts() throws SQLException {
    return values(source(), ACCOUNTS);
  }

  /** Both servers are as if Fram had never been there. */
  void assertNoTraces() throws SQLException {
    for (MySqlServer server : List.of(source(), target())) {
      for (String trace : traces()) {
        assertThat(values(server, trace)).as(trace).isEmpty();
      }
    }
  }

  /** Ends the replica's sessions on the source; on MariaDB it has one only while it works. */
  void endReplicasSessions(String account) throws SQLException {
    for (String session :
        values(
            source(),
            "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = '" + account + "'")) {
      on(source(), "KILL " + session);
    }
  }

  /** Tells the replica to go on to where the source is now, as Fram does it. */
  void goOnToTheEnd() throws SQLException {
    if (version.mariaDb()) {
      String all = values(source(), "SELECT @@global.gtid_binlog_pos").getFirst();
      on(target(), "START SLAVE 'fram' UNTIL MASTER_GTID_POS = '" + all + "'");
      return;
    }
    if (!gtids()) {
      String place;
      try (var session = MySqlPair.administer(source());
          var statement = session.createStatement();
          var row =
              statement.executeQuery(
                  WITHOUT_GTIDS == MySqlVersion.V8_0
                      ? "SHOW MASTER STATUS"
                      : "SHOW BINARY LOG STATUS")) {
        row.next();
        place = "SOURCE_LOG_FILE = '" + row.getString(1) + "', SOURCE_LOG_POS = " + row.getLong(2);
      }
      on(target(), "START REPLICA SQL_THREAD UNTIL " + place + " FOR CHANNEL 'fram'");
      return;
    }
    String all = values(source(), "SELECT @@global.gtid_executed").getFirst();
    on(
        target(),
        "START REPLICA SQL_THREAD UNTIL SQL_AFTER_GTIDS = '" + all + "' FOR CHANNEL 'fram'");
  }

  /** For new sessions (manual, ALTER INSTANCE RELOAD TLS); MariaDB has to be started again. */
  void sourceEncrypts(boolean wanted) throws SQLException {
    if (version.mariaDb()) {
      source().configure(Map.of("ssl", wanted ? "ON" : "OFF"));
      source().restart();
      return;
    }
    on(source(), "SET GLOBAL tls_version = '" + (wanted ? "TLSv1.2,TLSv1.3" : "") + "'");
    on(source(), "ALTER INSTANCE RELOAD TLS" + (wanted ? "" : " NO ROLLBACK ON ERROR"));
  }

  /** With encryption, as a user's servers have it unless he refuses it. */
  RouteRequest request(Optional<Address> source) {
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

  Move move() {
    return move(request(Optional.empty()));
  }

  Move move(RouteRequest request) {
    return new Move(
        request,
        Move.settings(MigrationSettings.Mode.MANUAL)
            .withReverse(MigrationSettings.Reverse.off())
            .withRetry(
                new MigrationSettings.Retry(
                    Duration.ofSeconds(15), Duration.ofMillis(300), Duration.ofSeconds(2), 5)));
  }

  Move withAWayBack() {
    return new Move(
        request(Optional.empty()),
        Move.settings(MigrationSettings.Mode.MANUAL)
            .withReverse(
                new MigrationSettings.Reverse(Duration.ofHours(1), MigrationSettings.Wish.ASKED)));
  }

  /** Gives it up; nothing is left. */
  void cancelled(RouteRequest request) throws SQLException {
    Answer cancelled =
        new MigrationClient(
                Move.engine(version.scheme()),
                request,
                MigrationSettings.defaults(),
                Clock.system())
            .cancel(status -> {});
    assertThat(cancelled.exitCode()).as(cancelled.toString()).isZero();
    assertNoTraces();
    on(source(), "INSERT INTO app.customer VALUES (80, 'the source serves as before')");
  }

  /** Fram in a process of its own. */
  JavaChild fram(String... words) throws IOException {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--feed=native");
    all.add("--exclude=app.left*");
    return FramProcess.start(
        pair.sourceEndpoint(DATABASE), pair.targetEndpoint(DATABASE), all.toArray(String[]::new));
  }

  Writers writers() {
    return new Writers(login(source()), login(target()));
  }

  static Login login(MySqlServer server) {
    return () -> MySqlPair.connect(server, "shop", DATABASE);
  }

  /** The journal's phase on the target; empty while there is no journal, or no server. */
  String phase() {
    return journal("SELECT phase FROM fram.migration");
  }

  /** The feed's position in the journal. */
  String recorded() {
    return journal("SELECT position FROM fram.feed");
  }

  /** Which run it is that has the target; 0 where there is none. */
  int epoch() {
    String epoch = journal("SELECT epoch FROM fram.migration");
    return epoch.isEmpty() ? 0 : Integer.parseInt(epoch);
  }

  /** Whether a run holds the lease. */
  boolean led() {
    return !journal("SELECT 1 FROM dual WHERE IS_USED_LOCK('fram.lease') IS NOT NULL").isEmpty();
  }

  private String journal(String sql) {
    try {
      return String.join(",", values(target(), sql));
    } catch (SQLException e) {
      return "";
    }
  }

  /** Whether there is a channel; not while the target is down. */
  boolean follows() {
    try {
      return !channels().isEmpty();
    } catch (SQLException e) {
      return false;
    }
  }

  static void on(MySqlServer server, String sql) throws SQLException {
    try (Connection connection = MySqlPair.administer(server);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** On the server, and not in its log. */
  static void onlyThere(MySqlServer server, String sql) throws SQLException {
    try (Connection connection = MySqlPair.administer(server);
        Statement statement = connection.createStatement()) {
      statement.execute("SET sql_log_bin = 0");
      statement.execute(sql);
    }
  }

  /** The first column. */
  static List<String> values(MySqlServer server, String sql) throws SQLException {
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
