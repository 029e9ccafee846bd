// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MySqlServerTest {

  @ParameterizedTest
  @EnumSource
  void everyVersionStartsAsASource(MySqlVersion version) throws SQLException {
    try (MySqlServer server = MySqlServer.plan(version).start()) {
      String release = version.product().substring(version.product().indexOf(' ') + 1);
      assertThat(value(server, "SELECT VERSION()")).startsWith(release);
      assertThat(value(server, "SELECT @@log_bin")).isEqualTo("1");
      assertThat(value(server, "SELECT @@binlog_format")).isEqualTo("ROW");
      assertThat(value(server, history(version))).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void committedRowsOutliveEveryWayToStop(MySqlVersion version) throws SQLException {
    try (MySqlServer server = MySqlServer.plan(version).start()) {
      int port = server.port();
      server.createDatabase("d");
      server.execute("d", "CREATE TABLE t (a INT PRIMARY KEY)");
      server.execute("d", "INSERT INTO t VALUES (1)");
      server.kill9();
      assertThat(server.running()).isFalse();
      server.start();
      server.execute("d", "INSERT INTO t VALUES (2)");
      server.restart();
      assertThat(server.value("d", "SELECT SUM(a) FROM t")).contains("3");
      assertThat(server.port()).isEqualTo(port);
    }
  }

  @ParameterizedTest
  @EnumSource
  void twoServersAreDifferentServers(MySqlVersion version) throws SQLException {
    try (MySqlServer one = MySqlServer.plan(version).start();
        MySqlServer two = MySqlServer.plan(version).start()) {
      String identity = version.mariaDb() ? "SELECT @@server_id" : "SELECT @@server_uuid";
      assertThat(value(one, identity)).isNotEqualTo(value(two, identity));
      assertThat(one.password()).isNotEqualTo(two.password());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V8_0", "V9_7"})
  void semiSynchronousReplicationCanBeHad(MySqlVersion version) throws SQLException {
    try (MySqlServer server =
        MySqlServer.plan(version).setting("plugin_load_add", "semisync_source.so").start()) {
      assertThat(value(server, "SELECT @@rpl_semi_sync_source_wait_point")).isEqualTo("AFTER_SYNC");
    }
  }

  @Test
  void aDatabaseMayHaveAnyName() throws SQLException {
    try (MySqlServer server = MySqlServer.plan(MySqlVersion.V8_0).start()) {
      server.createDatabase("a `b`; c");
      assertThat(
              value(
                  server,
                  "SELECT COUNT(*) FROM information_schema.schemata"
                      + " WHERE schema_name = 'a `b`; c'"))
          .isEqualTo("1");
      server.dropDatabase("a `b`; c");
    }
  }

  @Test
  void aGivenFolderIsKeptAndOpenedAgain(@TempDir Path home) throws SQLException {
    try (MySqlServer server = MySqlServer.plan(MySqlVersion.V8_0).home(home).start()) {
      server.createDatabase("kept");
    }
    try (MySqlServer server = MySqlServer.plan(MySqlVersion.V8_0).home(home).start()) {
      server.execute("kept", "SELECT 1");
    }
  }

  @Test
  void nothingIsLeftAfterClose() {
    MySqlServer server = MySqlServer.plan(MySqlVersion.V8_0).start();
    long pid = server.pid();
    server.close();
    assertThat(ProcessHandle.of(pid)).isEmpty();
    assertThat(server.dataFolder().getParent()).doesNotExist();
  }

  @Test
  void aServerThatCannotStartSaysWhy() {
    MySqlPlan plan = MySqlServer.plan(MySqlVersion.V8_0).setting("no_such_setting", "1");
    assertThatThrownBy(plan::start)
        .isInstanceOf(ServerException.class)
        .hasMessageContaining("no_such_setting");
  }

  @Test
  void settingsAreObeyed() throws SQLException {
    try (MySqlServer server =
        MySqlServer.plan(MySqlVersion.V8_0)
            .withoutGtids()
            .durability(Durability.DURABLE)
            .setting("binlog_row_metadata", "FULL")
            .start()) {
      assertThat(value(server, "SELECT @@gtid_mode")).isEqualTo("OFF");
      assertThat(value(server, "SELECT @@sync_binlog")).isEqualTo("1");
      assertThat(value(server, "SELECT @@binlog_row_metadata")).isEqualTo("FULL");
      server.configure(Map.of("binlog_row_metadata", "MINIMAL"));
      server.restart();
      assertThat(value(server, "SELECT @@binlog_row_metadata")).isEqualTo("MINIMAL");
    }
  }

  private static String history(MySqlVersion version) {
    return version.mariaDb() ? "SELECT @@gtid_binlog_pos" : "SELECT @@gtid_executed";
  }

  private static String value(MySqlServer server, String sql) throws SQLException {
    return server.value("", sql).orElse("");
  }
}
