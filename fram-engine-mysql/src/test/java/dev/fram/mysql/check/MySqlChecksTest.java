// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.check.Check;
import dev.fram.api.check.Finding;
import dev.fram.api.check.Finding.Severity;
import dev.fram.api.engine.SchemaOption;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.Secret;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.gate.SparedAccounts;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every check fires on a real server that is wrong, and not on one that is right. */
class MySqlChecksTest {
  private static final String REPLICA = "native-replica";
  private static final Map<MySqlVersion, MySqlServer> SOURCES = new EnumMap<>(MySqlVersion.class);
  private static final Map<MySqlVersion, MySqlServer> TARGETS = new EnumMap<>(MySqlVersion.class);

  private static final SparedAccounts NONE = SparedAccounts.named(List.of());

  @AfterAll
  static void stop() {
    SOURCES.values().forEach(MySqlServer::close);
    TARGETS.values().forEach(MySqlServer::close);
  }

  @ParameterizedTest
  @EnumSource
  void goodServersPass(MySqlVersion version) throws SQLException {
    Connector source = new Connector(source(version).endpoint(""), "source");
    Connector target = new Connector(target(version).endpoint(""), "target");
    Catalog catalog = new Catalog(Scope.all(), List.of());
    List<Finding> findings =
        Stream.concat(
                MySqlChecks.of(source, target, Scope.all(), Set.of(), NONE).stream(),
                MySqlChecks.back(target, source, catalog, Set.of(), NONE).stream())
            .flatMap(check -> check.run().stream())
            .toList();
    // What root may do on MariaDB nothing there can take from it.
    assertThat(findings)
        .filteredOn(f -> !version.mariaDb() || !f.code().equals("own-account"))
        .noneMatch(f -> f.severity() == Severity.FAIL || f.severity() == Severity.WARN);
    assertThat(findings.stream().map(Finding::code).distinct())
        .containsExactlyElementsOf(
            MySqlChecks.catalogue().keySet().stream()
                .filter(code -> !code.equals(REPLICA) && !code.equals("clone"))
                .toList());
    // The last check ends the sessions.
    await().until(() -> sessions(source(version)) + sessions(target(version)) == 0);
  }

  /** Asked for only where the target is to be a replica. */
  @Test
  void goodServersMayBeAReplica() throws SQLException {
    Connector source = new Connector(source(MySqlVersion.V8_0).endpoint(""), "source");
    Connector target = new Connector(target(MySqlVersion.V8_0).endpoint(""), "target");
    List<Finding> findings =
        MySqlChecks.ofReplica(source, target, Scope.all(), Set.of(), NONE).stream()
            .flatMap(check -> check.run().stream())
            .toList();
    assertThat(findings)
        .filteredOn(f -> f.code().equals(REPLICA))
        .isNotEmpty()
        .allMatch(f -> f.severity() == Severity.PASS);
  }

  static Stream<Arguments> cases() {
    return Stream.of(MySqlVersion.values())
        .flatMap(version ->
            CheckCases.all().stream()
                .filter(each -> each.on().contains(version))
                .map(each -> Arguments.of(version, each)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aCheckFiresAndNoLonger(MySqlVersion version, CheckCase wanted) throws SQLException {
    MySqlServer source = source(version);
    MySqlServer target = target(version);
    make(source, wanted.source().make());
    make(target, wanted.target().make());
    try {
      List<Finding> found = ask(source, target, wanted.code());
      assertThat(found)
          .as("%s", found)
          .anyMatch(f ->
              f.severity() == wanted.severity()
                  && f.seen().contains(wanted.words().seen())
                  && f.remedy().contains(wanted.words().remedy()));
    } finally {
      make(target, wanted.target().undo());
      make(source, wanted.source().undo());
    }
    assertThat(ask(source, target, wanted.code()))
        .noneMatch(f -> f.severity() == Severity.FAIL || f.severity() == Severity.WARN);
  }

  @Test
  void aPairOfTwoProductsIsRefusedAndWhatItLacksIsNamed() throws SQLException {
    MySqlServer mysql = source(MySqlVersion.V8_0);
    MySqlServer mariadb = source(MySqlVersion.MARIADB_11_4);
    assertThat(ask(mysql, mariadb, "same-product"))
        .allMatch(f -> f.severity() == Severity.FAIL && f.seen().contains("MariaDB 11.4"));
    mariadb.execute("", "CREATE TABLE c.a (a char(1) COLLATE utf8mb4_uca1400_ai_ci) ENGINE=Aria");
    try {
      assertThat(ask(mariadb, mysql, "collations"))
          .anyMatch(
              f -> f.severity() == Severity.FAIL && f.seen().contains("utf8mb4_uca1400_ai_ci"));
      assertThat(ask(mariadb, mysql, "storage-engines"))
          .anyMatch(f -> f.severity() == Severity.FAIL && f.seen().contains("aria"));
    } finally {
      mariadb.execute("", "DROP TABLE c.a");
    }
    assertThat(ask(mysql, mysql, "different-servers")).allMatch(f -> f.severity() == Severity.FAIL);
    assertThat(ask(source(MySqlVersion.V9_7), mysql, "version"))
        .anyMatch(f -> f.severity() == Severity.FAIL && f.seen().contains("older"));
  }

  @Test
  void settingsThatNeedARestartAreReadFromTheServer() throws SQLException {
    try (MySqlServer bare =
            MySqlServer.plan(MySqlVersion.V8_0)
                .without("log_bin")
                .setting("skip_log_bin", "ON")
                .start();
        MySqlServer odd =
            MySqlServer.plan(MySqlVersion.V8_0)
                .withoutGtids()
                .setting("binlog_ignore_db", "c")
                .setting("event_scheduler", "DISABLED")
                .start();
        MySqlServer folded =
            MySqlServer.plan(MySqlVersion.MARIADB_11_4)
                .setting("lower_case_table_names", "1")
                .start()) {
      MySqlServer good = source(MySqlVersion.V8_0);
      assertThat(ask(bare, good, "log-bin"))
          .allMatch(
              f -> f.severity() == Severity.FAIL && f.remedy().contains("A restart is needed"));
      assertThat(ask(odd, good, "binlog-filters"))
          .allMatch(f -> f.severity() == Severity.FAIL && f.seen().contains("/c"));
      assertThat(ask(odd, good, "gtid-mode"))
          .allMatch(f -> f.severity() == Severity.WARN && f.remedy().contains("ON_PERMISSIVE"));
      odd.execute(
          "",
          "INSERT INTO mysql.time_zone VALUES (1, 'N');"
              + " INSERT INTO mysql.time_zone_transition_type VALUES (1, 0, 0, 0, 'UTC');"
              + " INSERT INTO mysql.time_zone_name VALUES ('UTC', 1), ('Europe/Berlin', 1)");
      assertThat(ask(odd, good, "time-zones"))
          .allMatch(
              f -> f.severity() == Severity.WARN && f.remedy().contains("mysql_tzinfo_to_sql"));
      good.execute("", "CREATE EVENT c.e ON SCHEDULE EVERY 1 YEAR DO DO 0");
      assertThat(ask(good, odd, "event-scheduler"))
          .allMatch(
              f -> f.severity() == Severity.WARN && f.remedy().contains("A restart is needed"));
      good.execute("", "DROP EVENT c.e");
      MySqlServer mariadb = source(MySqlVersion.MARIADB_11_4);
      assertThat(ask(mariadb, folded, "lower-case-table-names"))
          .allMatch(f -> f.severity() == Severity.WARN);
      mariadb.execute("", "CREATE TABLE c.Upper (a int PRIMARY KEY)");
      assertThat(ask(mariadb, folded, "lower-case-table-names"))
          .allMatch(f -> f.severity() == Severity.FAIL && f.seen().contains("c.Upper"));
      mariadb.execute("", "DROP TABLE c.Upper");
    }
  }

  /** And the remedy is one that the server takes. */
  @Test
  void anOldSettingOfDaysCounts() throws SQLException {
    MySqlServer server = source(MySqlVersion.V8_0);
    make(server, "SET GLOBAL binlog_expire_logs_seconds = 0; SET GLOBAL expire_logs_days = 2");
    Connector connector = new Connector(server.endpoint(""), "source");
    try (Connection connection = connector.open("test")) {
      LogExpiry expiry = LogExpiry.of(connection);
      assertThat(expiry.kept()).contains(Duration.ofDays(2));
      assertThat(expiry.setBy()).isEqualTo("expire_logs_days=2");
      String remedy = expiry.remedy(Duration.ofDays(7));
      assertThat(remedy).contains("remove expire_logs_days");
      make(server, remedy.substring(remedy.indexOf("SET GLOBAL"), remedy.lastIndexOf(". No")));
      assertThat(LogExpiry.of(connection).kept()).contains(Duration.ofDays(7));
    } finally {
      connector.closeAll();
      make(server, "SET GLOBAL binlog_expire_logs_seconds = 2592000");
    }
  }

  @Test
  void cascadesFromOutsideTheScopeAreRefused() throws SQLException {
    MySqlServer source = source(MySqlVersion.V8_0);
    source.execute(
        "",
        "CREATE TABLE c.p (a int PRIMARY KEY); CREATE TABLE c.q (a int PRIMARY KEY,"
            + " FOREIGN KEY (a) REFERENCES c.p (a) ON DELETE CASCADE)");
    try {
      Scope torn = new Scope(List.of(), List.of("c.p"));
      assertThat(
              ask(
                  source.endpoint(""),
                  target(MySqlVersion.V8_0).endpoint(""),
                  torn,
                  "cascading-foreign-keys"))
          .allMatch(f -> f.severity() == Severity.FAIL && f.seen().contains("c.q -> c.p"));
    } finally {
      source.execute("", "DROP TABLE c.q, c.p");
    }
  }

  /** Fram's own account stays open on the source: whoever shares it could write on there. */
  @ParameterizedTest
  @EnumSource
  void anApplicationThatSharesFramsAccountIsSeen(MySqlVersion version) throws SQLException {
    MySqlServer source = source(version);
    MySqlServer target = target(version);
    Severity expected = version.mariaDb() ? Severity.FAIL : Severity.WARN;
    try (Connection application = source.connect("c")) {
      assertThat(application.isValid(5)).isTrue();
      assertThat(ask(source, target, "own-account"))
          .anyMatch(f ->
              f.severity() == expected
                  && f.seen().contains("from 127.0.0.1")
                  && f.remedy().contains("account of its own"));
    }
    await()
        .untilAsserted(() ->
            assertThat(ask(source, target, "own-account"))
                .allMatch(f ->
                    version.mariaDb()
                        ? f.severity() == Severity.WARN
                            && f.seen().contains("databases in scope (1: c)")
                        : f.severity() == Severity.PASS));
    source.execute("", "CREATE USER weak@'%' IDENTIFIED BY 'w'; GRANT SELECT ON c.* TO weak@'%'");
    try {
      assertThat(asked(source, target, "own-account")).allMatch(f -> f.severity() == Severity.PASS);
      source.execute("", "GRANT EXECUTE ON `c`.* TO weak@'%'");
      assertThat(asked(source, target, "own-account"))
          .allMatch(f -> f.severity() == Severity.WARN && f.seen().contains("'weak'@'%'"));
    } finally {
      source.execute("", "DROP USER weak@'%'");
    }
  }

  /** The SQL layer of MySQL 9.7 leaves rows behind, so nothing may be cascaded by it. */
  @Test
  void aTargetWhoseSqlLayerCascadesIsRefusedUnlessTheSourceLogsCascades() throws SQLException {
    String make =
        "CREATE TABLE c.p (a int PRIMARY KEY); CREATE TABLE c.q (a int PRIMARY KEY,"
            + " FOREIGN KEY (a) REFERENCES c.p (a) ON DELETE CASCADE)";
    MySqlServer old = source(MySqlVersion.V8_0);
    MySqlServer recent = source(MySqlVersion.V9_7);
    for (MySqlServer server : List.of(old, recent)) {
      server.execute("", make);
    }
    try (MySqlServer engine =
        MySqlServer.plan(MySqlVersion.V9_7).setting("innodb_native_foreign_keys", "ON").start()) {
      assertThat(ask(old, target(MySqlVersion.V9_7), "cascading-foreign-keys"))
          .allMatch(f ->
              f.severity() == Severity.FAIL
                  && f.seen().contains("c.p, c.q")
                  && f.remedy().contains("innodb_native_foreign_keys=ON. A restart is needed"));
      assertThat(ask(recent, target(MySqlVersion.V9_7), "cascading-foreign-keys"))
          .allMatch(f -> f.severity() == Severity.PASS);
      assertThat(ask(old, engine, "cascading-foreign-keys"))
          .allMatch(f -> f.severity() == Severity.WARN);
    } finally {
      for (MySqlServer server : List.of(old, recent)) {
        server.execute("", "DROP TABLE c.q, c.p");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWeakLoginIsToldWhatItLacksAndARoleHelps(MySqlVersion version) throws SQLException {
    MySqlServer source = source(version);
    MySqlServer target = target(version);
    for (MySqlServer server : List.of(source, target)) {
      server.execute("", "CREATE USER weak@'%' IDENTIFIED BY 'w'; CREATE ROLE helper");
    }
    source.execute("", "GRANT INSERT ON c.t TO weak@'%'; CREATE VIEW c.w AS SELECT 1 AS a");
    try {
      assertThat(asked(source, target, "source-privileges"))
          .anyMatch(f ->
              f.severity() == Severity.FAIL
                  && f.seen().contains("'weak'@'%' lacks")
                  && f.remedy().contains("GRANT REPLICATION")
                  && f.remedy().contains("no restart"));
      assertThat(asked(source, target, "read-privilege"))
          .anyMatch(f -> f.severity() == Severity.FAIL && f.seen().contains("c.t"));
      assertThat(asked(source, target, "freeze-privileges"))
          .allMatch(f -> f.severity() == Severity.FAIL && f.remedy().contains("CREATE USER"));
      assertThat(asked(source, target, "target-privileges"))
          .anyMatch(f -> f.severity() == Severity.FAIL && f.seen().contains("CREATE ON `c`.*"));
      source.execute("", "GRANT ALL PRIVILEGES ON *.* TO helper; GRANT helper TO weak@'%'");
      assertThat(asked(source, target, "source-privileges"))
          .anyMatch(f -> f.remedy().contains("SET DEFAULT ROLE"));
      source.execute(
          "", "SET DEFAULT ROLE helper " + (version.mariaDb() ? "FOR" : "TO") + " weak@'%'");
      assertThat(asked(source, target, "source-privileges"))
          .allMatch(f -> f.severity() == Severity.PASS);
      assertThat(asked(source, target, "read-privilege"))
          .allMatch(f -> f.severity() == Severity.PASS);
    } finally {
      source.execute("", "DROP VIEW c.w; DROP USER weak@'%'; DROP ROLE helper");
      target.execute("", "DROP USER weak@'%'; DROP ROLE helper");
    }
  }

  @Test
  void anOpenConnectionIsNoticed() throws SQLException {
    MySqlServer server = source(MySqlVersion.V8_0);
    // This address is the machine itself, but does not look like it.
    assertThat(ask(away(server, "DISABLED"), away(server, "DISABLED"), Scope.all(), "encryption"))
        .allMatch(f -> f.severity() == Severity.WARN && f.remedy().contains("ssl-mode"));
    assertThat(ask(away(server, "REQUIRED"), away(server, "REQUIRED"), Scope.all(), "encryption"))
        .allMatch(f -> f.severity() == Severity.PASS);
  }

  @Test
  void aPlugInThatTheTargetLacksIsNamed() throws SQLException {
    MySqlServer source = source(MySqlVersion.V8_0);
    source.execute("", "INSTALL PLUGIN rpl_semi_sync_source SONAME 'semisync_source.so'");
    try {
      assertThat(ask(source, target(MySqlVersion.V8_0), "plugins"))
          .allMatch(
              f -> f.severity() == Severity.WARN && f.seen().contains("rpl_semi_sync_source"));
    } finally {
      source.execute("", "UNINSTALL PLUGIN rpl_semi_sync_source");
    }
  }

  @Test
  void whatIsNamedMustExistAndAnUnreachableServerIsAnAnswer() throws SQLException {
    MySqlServer server = source(MySqlVersion.V8_0);
    Endpoint target = target(MySqlVersion.V8_0).endpoint("");
    assertThat(ask(server.endpoint("c,missing"), target, Scope.all(), "scope"))
        .allMatch(f -> f.severity() == Severity.FAIL && f.seen().contains("1: missing"));
    assertThat(ask(server.endpoint("c"), target, new Scope(List.of("x"), List.of()), "scope"))
        .allMatch(f -> f.severity() == Severity.FAIL);
    Endpoint nobody = new Endpoint("mysql", "127.0.0.1", 1, "u", "", Map.of(), Optional.empty());
    assertThat(ask(nobody, target, Scope.all(), "log-bin"))
        .allMatch(f -> f.severity() == Severity.FAIL && f.remedy().contains("Check host"));
  }

  private static Endpoint away(MySqlServer server, String mode) {
    return new Endpoint(
        "mysql",
        "0.0.0.0",
        server.port(),
        server.user(),
        "",
        Map.of("ssl-mode", mode),
        Optional.of(new Secret(server.password())));
  }

  @ParameterizedTest
  @EnumSource
  void theWayBackNeedsTwoServersThatCanBeClosedAndWrittenTo(MySqlVersion version)
      throws SQLException {
    MySqlServer source = source(version);
    MySqlServer target = target(version);
    make(target, "CREATE DATABASE other; CREATE TABLE other.t (a int PRIMARY KEY)");
    make(source, "CREATE USER weak IDENTIFIED BY 'w'; GRANT SELECT ON *.* TO weak");
    Connector former = new Connector(weak(source), "source");
    Connector served = new Connector(target.endpoint(""), "target");
    try {
      Catalog catalog = new Catalog(Scope.all(), List.of("c"));
      List<String> seen =
          MySqlChecks.back(served, former, catalog, Set.of(), NONE).stream()
              .filter(check -> check.code().equals("way-back"))
              .flatMap(check -> check.run().stream())
              .filter(finding -> finding.severity() == Severity.FAIL)
              .map(Finding::seen)
              .toList();
      assertThat(seen)
          .anyMatch(text -> text.contains("INSERT ON `c`.*"))
          .anyMatch(text -> text.contains("other databases") && text.contains("other"));
    } finally {
      former.closeAll();
      served.closeAll();
      make(source, "DROP USER weak");
      make(target, "DROP DATABASE other");
    }
  }

  private static List<Finding> asked(MySqlServer source, MySqlServer target, String code) {
    return ask(weak(source), weak(target), Scope.all(), code);
  }

  private static Endpoint weak(MySqlServer server) {
    return new Endpoint(
        "mysql", server.host(), server.port(), "weak", "", Map.of(), Optional.of(new Secret("w")));
  }

  private static List<Finding> ask(MySqlServer source, MySqlServer target, String code) {
    return ask(source.endpoint(""), target.endpoint(""), Scope.all(), code);
  }

  private static List<Finding> ask(Endpoint source, Endpoint target, Scope scope, String code) {
    Connector from = new Connector(source, "source");
    Connector to = new Connector(target, "target");
    try {
      return MySqlChecks.of(from, to, scope, Set.<SchemaOption>of(), NONE).stream()
          .filter(check -> check.code().equals(code))
          .map(Check::run)
          .flatMap(List::stream)
          .toList();
    } finally {
      from.closeAll();
      to.closeAll();
    }
  }

  private static void make(MySqlServer server, String sql) throws SQLException {
    if (!sql.isEmpty()) {
      server.execute("", sql);
    }
  }

  private static int sessions(MySqlServer server) throws SQLException {
    return Integer.parseInt(
        server
            .value(
                "",
                "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID()"
                    + " AND USER = 'root'")
            .orElseThrow());
  }

  private static MySqlServer source(MySqlVersion version) throws SQLException {
    return good(SOURCES, version, "CREATE DATABASE c; CREATE TABLE c.t (a int PRIMARY KEY)");
  }

  private static MySqlServer target(MySqlVersion version) throws SQLException {
    return good(TARGETS, version, "DO 0");
  }

  private static synchronized MySqlServer good(
      Map<MySqlVersion, MySqlServer> servers, MySqlVersion version, String first)
      throws SQLException {
    MySqlServer known = servers.get(version);
    if (known != null) {
      return known;
    }
    MySqlServer made =
        MySqlServer.plan(version)
            .setting("sync_binlog", "1")
            .setting("innodb_flush_log_at_trx_commit", "1")
            .setting("max_allowed_packet", "64M")
            .setting("local_infile", "ON")
            .setting("event_scheduler", "ON")
            .start();
    servers.put(version, made);
    made.execute("", first);
    return made;
  }
}
