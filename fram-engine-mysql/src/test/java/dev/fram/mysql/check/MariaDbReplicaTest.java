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
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a MariaDB target must be like to be led as a replica. */
@Timeout(200)
class MariaDbReplicaTest {
  private static MySqlServer source;
  private static MySqlServer target;

  @BeforeAll
  static void startServers() {
    source = MySqlServer.plan(MySqlVersion.MARIADB_11_4).setting("ssl", "ON").start();
    target = MySqlServer.plan(MySqlVersion.MARIADB_11_4).start();
  }

  @AfterAll
  static void stopServers() {
    source.close();
    target.close();
  }

  @Test
  void anOrdinaryPairPassesWithOneWarning() throws SQLException {
    assertThat(ask(target, "")).extracting(Finding::severity).doesNotContain(Severity.FAIL);
    assertThat(ask(target, ""))
        .filteredOn(f -> f.severity() == Severity.WARN)
        .singleElement()
        .satisfies(f -> assertThat(f.seen()).contains("log_slave_updates is OFF"));
  }

  @ParameterizedTest
  @CsvSource({
    "SET GLOBAL gtid_strict_mode = ON,SET GLOBAL gtid_strict_mode = OFF,gtid_strict_mode is ON",
    "SET GLOBAL innodb_file_per_table = OFF,SET GLOBAL innodb_file_per_table = ON,innodb_file_per_table",
    "SET GLOBAL gtid_pos_auto_engines = 'MyISAM',SET GLOBAL gtid_pos_auto_engines = '',gtid_pos_auto_engines",
    "ALTER TABLE mysql.gtid_slave_pos ENGINE = Aria,ALTER TABLE mysql.gtid_slave_pos ENGINE = InnoDB,gtid_slave_pos Aria",
    "CHANGE MASTER 'theirs' TO MASTER_HOST = 'db.example',RESET SLAVE 'theirs' ALL,a replica already"
  })
  void whatWouldSpoilItIsNamed(String spoil, String mend, String seen) throws SQLException {
    target.execute("", spoil);
    try {
      assertThat(ask(target, ""))
          .anyMatch(f -> f.severity() == Severity.FAIL && f.seen().contains(seen));
    } finally {
      target.execute("", mend);
    }
  }

  @Test
  void rightsThatTheLoginLacksAreNamed() throws SQLException {
    target.execute(
        "",
        "CREATE USER narrow IDENTIFIED BY 'pw'; GRANT ALL ON app.* TO narrow;"
            + " GRANT SUPER, RELOAD ON *.* TO narrow");
    try {
      assertThat(ask(target, "narrow"))
          .filteredOn(f -> f.severity() == Severity.FAIL)
          .singleElement()
          .satisfies(f -> {
            assertThat(f.seen()).contains("REPLICATION SLAVE ADMIN ON *.*");
            assertThat(f.remedy())
                .contains("GRANT REPLICATION SLAVE ADMIN, SLAVE MONITOR, BINLOG ADMIN ON *.*")
                .contains("GRANT SELECT, CREATE, ALTER, DROP ON `mysql`.*");
          });
    } finally {
      target.execute("", "DROP USER narrow");
    }
  }

  @Test
  void anotherProductIsRefused() throws SQLException {
    try (MySqlServer mysql = MySqlServer.plan(MySqlVersion.V8_0).start()) {
      assertThat(ask(mysql, ""))
          .anyMatch(f ->
              f.severity() == Severity.FAIL
                  && f.seen().contains("neither product's replica follows the other's log"));
    }
  }

  private static List<Finding> ask(MySqlServer target, String user) throws SQLException {
    Connector from = new Connector(source.endpoint(""), "source");
    Connector to = new Connector(user.isEmpty() ? target.endpoint("") : as(target, user), "target");
    try {
      return MySqlChecks.ofReplica(from, to, Scope.all(), Set.of(), SparedAccounts.named(List.of()))
          .stream()
          .filter(check -> check.code().equals("native-replica"))
          .flatMap(check -> check.run().stream())
          .toList();
    } finally {
      from.closeAll();
      to.closeAll();
    }
  }

  private static Endpoint as(MySqlServer server, String user) {
    Endpoint own = server.endpoint("");
    return new Endpoint(
        own.scheme(),
        own.host(),
        own.port(),
        user,
        own.database(),
        own.parameters(),
        Optional.of(new Secret("pw")));
  }
}
