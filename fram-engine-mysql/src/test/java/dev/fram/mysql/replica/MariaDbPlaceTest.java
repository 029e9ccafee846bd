// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.mysql.binlog.DomainGtids;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is changed on a server as a whole, and that it is put back from wherever one stopped. */
@Timeout(200)
class MariaDbPlaceTest {
  private static final DomainGtids BEGIN = DomainGtids.parse("0-4711-5,7-4711-2");
  private static final String PLACE = "SELECT @@global.gtid_slave_pos";
  private static MySqlServer server;

  @BeforeAll
  static void start() throws SQLException {
    server = MySqlServer.plan(MySqlVersion.MARIADB_11_4).start();
    server.execute("", "CREATE DATABASE fram; SET GLOBAL gtid_slave_pos = '3-1-9'");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void isArmedAndPutBackAlsoAfterARestart() throws SQLException {
    try (Connection session = server.connect("")) {
      MariaDbPlace place = new MariaDbPlace(session);
      assertThat(place.noted()).isFalse();
      place.note(BEGIN);
      assertThat(place.held()).as("not set yet, and known").isEqualTo(BEGIN);
      place.arm(place.held());
      place.arm(place.held());
      assertThat(server.value("", PLACE)).contains(BEGIN.toString());
      assertThat(server.value("", "SELECT @@global.slave_parallel_threads")).contains("4");
    }
    server.kill9();
    server.start();
    try (Connection session = server.connect("")) {
      MariaDbPlace place = new MariaDbPlace(session);
      assertThat(server.value("", PLACE)).as("the server could not read it").contains("");
      assertThat(place.held()).isEqualTo(BEGIN);
      place.arm(place.held());
      assertThat(server.value("", PLACE)).contains(BEGIN.toString());
      place.remove();
      place.remove();
    }
    assertThat(server.value("", PLACE)).contains("3-1-9");
    assertThat(server.value("", "SELECT @@global.slave_parallel_threads")).contains("0");
    assertThat(
            server.value(
                "",
                "SELECT GROUP_CONCAT(table_name) FROM information_schema.tables WHERE table_schema ="
                    + " 'mysql' AND table_name LIKE 'gtid%'"))
        .contains("gtid_slave_pos");
  }

  /** The server empties its own table before it writes the new place. */
  @Test
  void aCrashWhileItIsSetLosesNothing() throws SQLException {
    try (Connection session = server.connect("")) {
      MariaDbPlace place = new MariaDbPlace(session);
      place.note(BEGIN);
      server.execute("", "SET GLOBAL gtid_slave_pos = ''");
      assertThat(place.held()).isEqualTo(BEGIN);
      place.arm(place.held());
      assertThat(place.executed()).isEqualTo(BEGIN);
      place.remove();
    }
    assertThat(server.value("", PLACE)).contains("3-1-9");
  }

  /** What its own replicas would read must not hold the bolt. */
  @Test
  void theBoltIsNotInTheServersLog() throws SQLException {
    try (Connection session = server.connect("")) {
      MariaDbPlace place = new MariaDbPlace(session);
      server.execute("", "FLUSH BINARY LOGS");
      place.note(BEGIN);
      place.arm(BEGIN);
      place.remove();
    }
    StringBuilder log = new StringBuilder();
    String file = "";
    try (Connection session = server.connect("");
        var statement = session.createStatement()) {
      try (var rows = statement.executeQuery("SHOW BINARY LOGS")) {
        while (rows.next()) {
          file = rows.getString(1);
        }
      }
      try (var rows = statement.executeQuery("SHOW BINLOG EVENTS IN '" + file + "'")) {
        while (rows.next()) {
          log.append(rows.getString("Info")).append('\n');
        }
      }
    }
    assertThat(log.toString()).contains("fram.replica").doesNotContain("gtid_slave_pos_fram");
  }

  @Test
  void thePasswordsHashIsTheServers() throws SQLException {
    assertThat(server.value("", "SELECT PASSWORD('a b''c')"))
        .contains(ReplicaAccount.nativeHash("a b'c"));
  }
}
