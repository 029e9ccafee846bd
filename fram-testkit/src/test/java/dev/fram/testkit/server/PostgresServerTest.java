// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PostgresServerTest {

  @ParameterizedTest
  @EnumSource
  void everyVersionStartsAndDecodesLogically(PostgresVersion version) throws SQLException {
    try (PostgresServer server = PostgresServer.plan(version).start()) {
      assertThat(value(server, "SHOW server_version_num"))
          .startsWith(Integer.toString(version.major()));
      assertThat(value(server, "SHOW wal_level")).isEqualTo("logical");
      assertThat(
              value(
                  server,
                  "SELECT slot_name FROM pg_create_logical_replication_slot('s', 'pgoutput')"))
          .isEqualTo("s");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void committedRowsOutliveEveryWayToStop(PostgresVersion version) throws SQLException {
    try (PostgresServer server = PostgresServer.plan(version).start()) {
      int port = server.port();
      server.execute("postgres", "CREATE TABLE t AS SELECT 1 AS a");
      server.kill9();
      assertThat(server.running()).isFalse();
      server.start();
      server.execute("postgres", "INSERT INTO t VALUES (2)");
      server.stop(StopMode.IMMEDIATE);
      server.start();
      server.restart();
      assertThat(value(server, "SELECT sum(a) FROM t")).isEqualTo("3");
      assertThat(server.port()).isEqualTo(port);
    }
  }

  @Test
  void twoServersAreTwoClustersWithTheirOwnPasswords() throws SQLException {
    try (PostgresServer one = PostgresServer.plan(PostgresVersion.V18).start();
        PostgresServer two = PostgresServer.plan(PostgresVersion.V18).start()) {
      String identifier = "SELECT system_identifier FROM pg_control_system()";
      assertThat(value(one, identifier)).isNotEqualTo(value(two, identifier));
      assertThat(one.password()).isNotEqualTo(two.password());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V13", "V15", "V18"})
  void aLoginIsCheapAndNotOpen(PostgresVersion version) throws SQLException {
    try (PostgresServer server = PostgresServer.plan(version).start()) {
      assertThat(value(server, "SELECT rolpassword FROM pg_authid WHERE rolname = 'postgres'"))
          .startsWith("SCRAM-SHA-256$1:");
      assertThatThrownBy(() ->
              DriverManager.getConnection(
                  server.jdbcUrl("postgres"), server.user(), server.password() + "x"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
    }
  }

  @Test
  void aDatabaseMayHaveAnyName() throws SQLException {
    try (PostgresServer server = PostgresServer.plan(PostgresVersion.V15).start()) {
      server.createDatabase("a \"b\"; c");
      assertThat(value(server, "SELECT count(*) FROM pg_database WHERE datname = 'a \"b\"; c'"))
          .isEqualTo("1");
      server.dropDatabase("a \"b\"; c");
    }
  }

  @Test
  void aGivenFolderIsKeptAndOpenedAgain(@TempDir Path parent) throws Exception {
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwx--x--x"));
    Path home = parent.resolve("kept");
    try (PostgresServer server = PostgresServer.plan(PostgresVersion.V15).home(home).start()) {
      server.execute("postgres", "CREATE TABLE kept AS SELECT 7 AS a");
    }
    try (PostgresServer server = PostgresServer.plan(PostgresVersion.V15).home(home).start()) {
      assertThat(value(server, "SELECT a FROM kept")).isEqualTo("7");
    }
  }

  @Test
  void nothingIsLeftAfterClose() {
    PostgresServer server = PostgresServer.plan(PostgresVersion.V15).start();
    long pid = server.pid();
    server.close();
    assertThat(ProcessHandle.of(pid)).isEmpty();
    assertThat(server.dataFolder().getParent()).doesNotExist();
  }

  @Test
  void aServerThatCannotStartSaysWhy() {
    ServerPlan plan = PostgresServer.plan(PostgresVersion.V15).setting("max_connections", "none");
    assertThatThrownBy(plan::start)
        .isInstanceOf(ServerException.class)
        .hasMessageContaining("max_connections");
  }

  @Test
  void settingsAreObeyed() throws SQLException {
    try (PostgresServer server =
        PostgresServer.plan(PostgresVersion.V15)
            .durability(Durability.DURABLE)
            .setting("work_mem", "3MB")
            .start()) {
      assertThat(value(server, "SHOW fsync")).isEqualTo("on");
      assertThat(value(server, "SHOW work_mem")).isEqualTo("3MB");
      server.configure(Map.of("work_mem", "5MB"));
      server.restart();
      assertThat(value(server, "SHOW work_mem")).isEqualTo("5MB");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void aStandbyFollows(PostgresVersion version) throws SQLException {
    try (PostgresServer primary = PostgresServer.plan(version).start();
        PostgresServer standby = PostgresServer.standbyOf(primary)) {
      primary.execute("postgres", "CREATE TABLE t AS SELECT 5 AS a");
      String position = value(primary, "SELECT pg_current_wal_lsn()");
      await()
          .until(() ->
              value(standby, "SELECT pg_last_wal_replay_lsn() >= '" + position + "'").equals("t"));
      assertThat(value(standby, "SELECT a FROM t")).isEqualTo("5");
      assertThat(value(standby, "SELECT pg_is_in_recovery()")).isEqualTo("t");
    }
  }

  static String value(PostgresServer server, String sql) throws SQLException {
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }
}
