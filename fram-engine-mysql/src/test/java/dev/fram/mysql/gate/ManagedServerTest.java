// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.engine.StepOutcome;
import dev.fram.api.engine.WriteGate;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.Secret;
import dev.fram.api.model.TableId;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.SharedSession;
import dev.fram.mysql.journal.HandOverRegister;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A server whose administrator may neither make it read-only nor end sessions, beside accounts of
 * its provider that nobody may lock: as on RDS ("Master user account privileges").
 */
@Timeout(120)
final class ManagedServerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final class Rig implements AutoCloseable {
    final MySqlServer server;
    final Connector source;
    final SharedSession questions;
    final MigrationId id = MigrationId.random(new Random(3));

    Rig(MySqlVersion version, String grants) throws SQLException {
      server = MySqlServer.plan(version).start();
      server.createDatabase("shop");
      server.execute("shop", "CREATE TABLE item (id int PRIMARY KEY, n int) ENGINE = InnoDB");
      server.execute(
          "",
          "CREATE USER app IDENTIFIED BY 'pw'; GRANT ALL ON shop.* TO app;"
              + " CREATE USER cloud IDENTIFIED BY 'pw'; GRANT ALL ON *.* TO cloud;"
              + " CREATE USER fram IDENTIFIED BY 'pw'; GRANT ALL ON fram.* TO fram;"
              + " GRANT ALL ON shop.* TO fram; GRANT "
              + grants
              + " ON *.* TO fram");
      Endpoint root = server.endpoint("");
      Endpoint fram =
          new Endpoint(
              root.scheme(),
              root.host(),
              root.port(),
              "fram",
              "",
              Map.of(),
              Optional.of(new Secret("pw")));
      source = new Connector(fram, "source");
      questions = new SharedSession(source, "questions");
      try (Connection connection = source.open("test")) {
        new HandOverRegister(id).prepare(connection);
      }
    }

    Connection as(String user) throws SQLException {
      return DriverManager.getConnection(
          "jdbc:mysql://127.0.0.1:"
              + server.endpoint("").port()
              + "/shop?allowPublicKeyRetrieval=true",
          user,
          "pw");
    }

    MySqlGate gate() {
      return new MySqlGate(
          source,
          questions,
          new MySqlGate.Plan(
              id,
              List.of(new TableId("shop", "item")),
              Duration.ofSeconds(15),
              session -> Closing.FOR_GOOD));
    }

    void spare(String... accounts) throws SQLException {
      try (Connection connection = source.open("test")) {
        new ClosedServer(connection, "source").spare(SparedAccounts.named(List.of(accounts)));
      }
    }

    @Override
    public void close() {
      questions.close();
      source.closeAll();
      server.close();
    }
  }

  private static void write(Connection connection, int id) throws SQLException {
    try (var sql = connection.createStatement()) {
      sql.executeUpdate("INSERT INTO item VALUES (" + id + ", 0)");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V8_0", "V9_7"})
  void whoCannotBeLockedIsNamedBeforeTheHandOverOrSpared(MySqlVersion version) throws Exception {
    try (Rig rig =
            new Rig(
                version,
                "CREATE USER, SELECT, PROCESS, EVENT, REPLICATION CLIENT, RELOAD, LOCK TABLES, XA_RECOVER_ADMIN");
        Connection app = rig.as("app");
        Connection cloud = rig.as("cloud")) {
      write(app, 1);
      try (WriteGate gate = rig.gate()) {
        assertThat(gate.blockers())
            .contains("account cloud@%, which Fram's may not lock")
            .isEqualTo(gate.unstoppable());
      }
      rig.spare("cloud@%", rootOf(rig));
      rig.server.execute("shop", "CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DO DO 0");
      try (WriteGate gate = rig.gate()) {
        assertThat(gate.unstoppable())
            .containsExactly("event shop.e, as Fram may not stop the event scheduler");
      }
      rig.server.execute("shop", "ALTER EVENT e DISABLE");
      try (WriteGate gate = rig.gate()) {
        assertThat(gate.unstoppable()).singleElement().asString().contains("may not end sessions");
      }
      // What the provider gives instead of KILL.
      rig.server.execute(
          "mysql",
          "CREATE DEFINER = CURRENT_USER PROCEDURE rds_kill(id bigint) KILL CONNECTION id");
      rig.server.execute("", "GRANT EXECUTE ON PROCEDURE mysql.rds_kill TO fram");
      try (WriteGate gate = rig.gate()) {
        assertThat(gate.unstoppable()).isEmpty();
        assertThat(gate.close(PATIENCE)).isInstanceOf(WriteGate.Attempt.Closed.class);
        assertThat(gate.handOver(1, gate.frozenAt())).isEqualTo(StepOutcome.DONE);
      }
      SourceSeal.close(rig.source, session -> Closing.FOR_GOOD);
      assertThatThrownBy(() -> write(app, 2)).isInstanceOf(SQLException.class);
      assertThatThrownBy(() -> rig.as("app")).isInstanceOf(SQLException.class);
      assertThat(cloud.isValid(5)).isTrue();
      try (Connection fram = rig.source.open("test")) {
        new ClosedServer(fram, "source").open();
      }
      try (Connection again = rig.as("app")) {
        write(again, 3);
      }
    }
  }

  /**
   * Without read_only on MariaDB, which knows no super_read_only, every account has to be locked.
   */
  @ParameterizedTest
  @EnumSource(names = {"V8_0", "V9_7", "MARIADB_11_4"})
  void whoMayLockNobodyIsTold(MySqlVersion version) throws Exception {
    try (Rig rig = new Rig(version, "SELECT, PROCESS, RELOAD, LOCK TABLES");
        WriteGate gate = rig.gate()) {
      assertThat(gate.unstoppable()).contains("account app@%, which Fram's may not lock");
      assertThatThrownBy(() -> SourceSeal.close(rig.source, session -> Closing.FOR_GOOD))
          .isInstanceOf(FramException.class)
          .hasMessageContaining("account app@%");
    }
  }

  /** An account that ends no sessions is enough where the server refuses everybody's writes. */
  @ParameterizedTest
  @EnumSource(names = {"V8_0", "V9_7"})
  void sessionsThatAreNotOursToEndCannotWrite(MySqlVersion version) throws Exception {
    try (Rig rig =
            new Rig(
                version,
                "CREATE USER, SELECT, PROCESS, RELOAD, LOCK TABLES, XA_RECOVER_ADMIN, SYSTEM_VARIABLES_ADMIN");
        Connection app = rig.as("app");
        Connection cloud = rig.as("cloud");
        WriteGate gate = rig.gate()) {
      assertThat(gate.unstoppable()).isEmpty();
      assertThat(gate.close(PATIENCE)).isInstanceOf(WriteGate.Attempt.Closed.class);
      assertThat(gate.handOver(1, gate.frozenAt())).isEqualTo(StepOutcome.DONE);
      SourceSeal.close(rig.source, session -> Closing.FOR_GOOD);
      assertThatThrownBy(() -> write(app, 1)).isInstanceOf(SQLException.class);
      assertThatThrownBy(() -> write(cloud, 2)).isInstanceOf(SQLException.class);
    }
  }

  private static String rootOf(Rig rig) throws SQLException {
    return rig.server.value("", "SELECT CURRENT_USER()").orElseThrow();
  }
}
