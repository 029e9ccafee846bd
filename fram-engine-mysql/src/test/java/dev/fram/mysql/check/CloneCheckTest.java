// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.check.Finding;
import dev.fram.api.check.Finding.Severity;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.Secret;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.gate.SparedAccounts;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What has to be known before everything on the target is replaced. */
@Timeout(200)
class CloneCheckTest {
  private static final String PASSWORD = "of a test";
  private static final SparedAccounts NONE = SparedAccounts.named(List.of());
  private static MySqlServer source;
  private static MySqlServer target;

  @BeforeAll
  static void startServers() throws SQLException {
    source = start("mysql_clone.so");
    target = start("mysql_clone.so");
    source.execute(
        "", "CREATE DATABASE shop; CREATE TABLE shop.item (id int PRIMARY KEY, name varchar(40))");
  }

  private static MySqlServer start(String plugin) throws SQLException {
    MySqlServer server =
        MySqlServer.plan(MySqlVersion.V8_0).setting("plugin_load_add", plugin).start();
    server.execute(
        "",
        "CREATE USER fram@'%' IDENTIFIED BY '"
            + PASSWORD
            + "'; GRANT ALL ON *.* TO fram@'%' WITH GRANT OPTION");
    return server;
  }

  @AfterAll
  static void stopServers() {
    source.close();
    target.close();
  }

  @Test
  void twoServersOfOneKindAreAllThatItTakes() {
    assertThat(ask(Scope.all(), target))
        .noneMatch(f -> f.severity() == Severity.FAIL)
        .anyMatch(f -> f.severity() == Severity.PASS && f.seen().contains("can be made a clone"))
        .anyMatch(f ->
            f.severity() == Severity.INFO
                && f.seen().contains("a supervisor or you have to start"));
  }

  @Test
  void tablesThatWouldComeEmptyAreNamed() throws SQLException {
    with(
        source,
        "CREATE TABLE shop.log (n int) ENGINE = MyISAM",
        "DROP TABLE shop.log",
        "brings tables empty that are not InnoDB: 1: shop.log",
        "ENGINE=InnoDB");
  }

  @Test
  void whatWouldBeRemovedIsNamed() throws SQLException {
    with(
        target,
        "CREATE DATABASE precious",
        "DROP DATABASE precious",
        "a clone removes what is there: 1: precious",
        "Name an empty server");
  }

  @Test
  void anotherMigrationsRecordsDoNotComeOver() throws SQLException {
    with(
        source,
        "CREATE DATABASE fram; CREATE TABLE fram.migration (id int PRIMARY KEY)",
        "DROP DATABASE fram",
        "database fram of another migration is there",
        "fram complete");
  }

  @Test
  void aPluginThatIsMissingIsNotInstalledByFram() throws SQLException {
    with(
        target,
        "UNINSTALL PLUGIN clone",
        "INSTALL PLUGIN clone SONAME 'mysql_clone.so'",
        "the CLONE plugin is not active",
        "INSTALL PLUGIN clone");
  }

  @Test
  void aLoginThatWouldBeGoneIsNamed() throws SQLException {
    with(
        source,
        "ALTER USER fram@'%' IDENTIFIED BY 'another one'",
        "ALTER USER fram@'%' IDENTIFIED BY '" + PASSWORD + "'",
        "Fram's login on the target, 'fram'@'%', cannot log in here",
        "exists on the source with the same password");
    with(
        source,
        "REVOKE PERSIST_RO_VARIABLES_ADMIN ON *.* FROM fram@'%'",
        "GRANT PERSIST_RO_VARIABLES_ADMIN ON *.* TO fram@'%'",
        "the target's login at the source",
        "GRANT PERSIST_RO_VARIABLES_ADMIN");
  }

  @Test
  void rightsThatAreMissingAreNamed() throws SQLException {
    with(
        target,
        "REVOKE CLONE_ADMIN ON *.* FROM fram@'%'",
        "GRANT CLONE_ADMIN ON *.* TO fram@'%'",
        "lacks 1: CLONE_ADMIN ON *.*",
        "GRANT CLONE_ADMIN");
  }

  @Test
  void smallPacketsAreNamed() throws SQLException {
    with(
        target,
        "SET GLOBAL max_allowed_packet = 1048576",
        "SET GLOBAL max_allowed_packet = 67108864",
        "max_allowed_packet is 1.0 MiB",
        "CLONE needs 2 MiB");
  }

  @Test
  void whatTheSettingsLeaveOutWouldComeAlong() {
    assertThat(ask(new Scope(List.of(), List.of("shop.item")), target))
        .anyMatch(f ->
            f.severity() == Severity.FAIL
                && f.seen().contains("also what your settings leave out: 1: shop.item"));
  }

  private static void with(MySqlServer server, String make, String undo, String seen, String remedy)
      throws SQLException {
    server.execute("", make);
    try {
      assertThat(ask(Scope.all(), target))
          .anyMatch(f ->
              f.severity() == Severity.FAIL
                  && f.seen().contains(seen)
                  && f.remedy().contains(remedy));
    } finally {
      server.execute("", undo);
    }
  }

  private static List<Finding> ask(Scope scope, MySqlServer to) {
    Connector from = new Connector(source.endpoint(""), "source");
    Connector into = new Connector(login(to), "target");
    try {
      return MySqlChecks.of(from, into, scope, Set.of(), NONE, Set.of(MySqlChecks.About.CLONE))
          .stream()
          .filter(check -> check.code().equals("clone"))
          .flatMap(check -> check.run().stream())
          .toList();
    } finally {
      from.closeAll();
      into.closeAll();
    }
  }

  private static Endpoint login(MySqlServer server) {
    return new Endpoint(
        "mysql",
        server.host(),
        server.port(),
        "fram",
        "",
        Map.of(),
        Optional.of(new Secret(PASSWORD)));
  }
}
