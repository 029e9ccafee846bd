// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.HandOver;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.engine.WriteGate;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.SharedSession;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.journal.HandOverRegister;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.io.IOException;
import java.net.Socket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The gate on real servers, with applications of every kind of privilege before it. */
@Timeout(120)
final class GateTest {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** A source with one table, accounts of applications, and a register. */
  private static final class Rig implements AutoCloseable {
    final MySqlServer server;
    final Connector source;
    final SharedSession questions;
    final MigrationId id = MigrationId.random(new Random(3));

    Rig(MySqlVersion version) throws SQLException {
      server = MySqlServer.plan(version).start();
      source = new Connector(server.endpoint(""), "source");
      questions = new SharedSession(source, "questions");
      server.createDatabase("shop");
      server.execute("shop", "CREATE TABLE item (id int PRIMARY KEY, n int) ENGINE = InnoDB");
      for (String account : List.of("app", "admin")) {
        server.execute("", "CREATE USER " + account + " IDENTIFIED BY 'pw'");
        server.execute("", "GRANT ALL ON shop.* TO " + account);
      }
      server.execute("", "GRANT SUPER ON *.* TO admin");
      try (Connection connection = source.open("test")) {
        new HandOverRegister(id).prepare(connection);
      }
    }

    Connection as(String user) throws SQLException {
      Endpoint e = server.endpoint("");
      return DriverManager.getConnection(
          "jdbc:mysql://127.0.0.1:" + e.port() + "/shop?allowPublicKeyRetrieval=true", user, "pw");
    }

    MySqlGate gate(Duration budget) {
      return gate(budget, "item");
    }

    MySqlGate gate(Duration budget, String... names) {
      List<TableId> tables = Arrays.stream(names).map(name -> new TableId("shop", name)).toList();
      return new MySqlGate(
          source, questions, new MySqlGate.Plan(id, tables, budget, session -> Closing.FOR_GOOD));
    }

    HandOver register() throws SQLException {
      try (Connection connection = source.open("test")) {
        return new HandOverRegister(id).read(connection);
      }
    }

    boolean waitsForALock() throws SQLException {
      String waiting =
          "SELECT COUNT(*) FROM information_schema.PROCESSLIST"
              + " WHERE INFO LIKE 'LOCK TABLES%' AND STATE LIKE 'Waiting for table%'";
      return server.value("", waiting).filter("1"::equals).isPresent();
    }

    long rows() throws SQLException {
      return Long.parseLong(server.value("shop", "SELECT COUNT(*) FROM item").orElseThrow());
    }

    @Override
    public void close() {
      questions.close();
      source.closeAll();
      server.close();
    }
  }

  private static void write(Connection connection, int id) {
    write(connection, "INSERT INTO item VALUES (" + id + ", 0)");
  }

  private static void write(Connection connection, String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void waitsForNobodyLongAndLetsWritersGoOn(MySqlVersion version) throws Exception {
    try (Rig rig = new Rig(version);
        Connection app = rig.as("app");
        Connection other = rig.as("app");
        WriteGate gate = rig.gate(Duration.ofSeconds(15))) {
      app.setAutoCommit(false);
      write(app, 1);
      assertThat(gate.close(PATIENCE))
          .isInstanceOfSatisfying(
              WriteGate.Attempt.Busy.class,
              busy -> assertThat(busy.blockers()).anyMatch(b -> b.contains("user app")));
      app.commit();
      assertThat(gate.close(PATIENCE)).isInstanceOf(WriteGate.Attempt.Closed.class);
      BinlogPosition frozenAt = (BinlogPosition) gate.frozenAt();
      CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> write(other, 2));
      assertThatThrownBy(() -> writer.get(300, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      assertThat(gate.frozenAt()).isEqualTo(frozenAt);
      gate.release();
      writer.join();
      assertThat(rig.register()).isInstanceOf(HandOver.OwnerSource.class);
    }
  }

  /**
   * What an application sees whose transaction writes to two tables while the gate closes. The
   * server takes the locks in the tables' order by name, and it is never Fram's statement that it
   * gives up when two wait for each other.
   */
  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void whoWritesAgainstTheOrderOfNamesMayHaveToTryAgain(MySqlVersion version) throws Exception {
    try (Rig rig = new Rig(version);
        Connection app = rig.as("app");
        WriteGate gate = rig.gate(Duration.ofSeconds(15), "item", "later")) {
      rig.server.execute("shop", "CREATE TABLE later (id int PRIMARY KEY, n int)");
      app.setAutoCommit(false);
      for (List<String> order : List.of(List.of("item", "later"), List.of("later", "item"))) {
        boolean byName = order.getFirst().equals("item");
        write(app, "INSERT INTO " + order.getFirst() + " VALUES (" + (byName ? 1 : 2) + ", 0)");
        CompletableFuture<WriteGate.Attempt> closing =
            CompletableFuture.supplyAsync(() -> gate.close(Duration.ofSeconds(20)));
        await().until(() -> rig.waitsForALock());
        String second = "INSERT INTO " + order.getLast() + " VALUES (" + (byName ? 1 : 2) + ", 0)";
        if (byName) {
          write(app, second);
          app.commit();
        } else {
          assertThatThrownBy(() -> write(app, second))
              .hasRootCauseInstanceOf(SQLException.class)
              .rootCause()
              .extracting(e -> ((SQLException) e).getErrorCode())
              .isEqualTo(1213);
          app.rollback();
        }
        assertThat(closing.get(10, TimeUnit.SECONDS)).isInstanceOf(WriteGate.Attempt.Closed.class);
        gate.release();
      }
      assertThat(rig.rows()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void theServerOpensItWhenTheBudgetIsOver(MySqlVersion version) throws Exception {
    try (Rig rig = new Rig(version);
        Connection app = rig.as("app");
        WriteGate gate = rig.gate(Duration.ofSeconds(1))) {
      assertThat(gate.close(PATIENCE)).isInstanceOf(WriteGate.Attempt.Closed.class);
      BinlogPosition frozenAt = (BinlogPosition) gate.frozenAt();
      write(app, 1);
      assertThat(gate.handOver(1, frozenAt)).isEqualTo(StepOutcome.NOT_DONE);
      assertThat(rig.register()).isInstanceOf(HandOver.OwnerSource.class);
    }
  }

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void aPreparedTransactionKeepsItOpen(MySqlVersion version) throws Exception {
    try (Rig rig = new Rig(version);
        Connection app = rig.as("app");
        WriteGate gate = rig.gate(Duration.ofSeconds(15));
        Statement statement = app.createStatement()) {
      statement.execute("XA START 'x'");
      statement.execute("INSERT INTO item VALUES (1, 1)");
      statement.execute("XA END 'x'");
      statement.execute("XA PREPARE 'x'");
      assertThat(gate.blockers()).anyMatch(b -> b.contains("XA"));
      assertThat(gate.close(PATIENCE)).isInstanceOf(WriteGate.Attempt.Busy.class);
      statement.execute("XA COMMIT 'x'");
      assertThat(gate.close(PATIENCE)).isInstanceOf(WriteGate.Attempt.Closed.class);
    }
  }

  /**
   * With the gate closed nothing that is migrated can be prepared, so nothing can be committed by
   * XA COMMIT either: neither by whoever comes new, nor by whoever has begun before. What others
   * commit meanwhile is on tables that are not migrated.
   */
  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void noXaCommitIsAcceptedBehindTheGate(MySqlVersion version) throws Exception {
    try (Rig rig = new Rig(version);
        WriteGate gate = rig.gate(Duration.ofSeconds(15));
        Connection early = rig.as("app");
        Connection late = rig.as("admin");
        Connection elsewhere = rig.as("app")) {
      rig.server.execute("shop", "CREATE TABLE other (id int PRIMARY KEY) ENGINE = InnoDB");
      write(early, "XA START 'early'");
      assertThat(gate.close(PATIENCE)).isInstanceOf(WriteGate.Attempt.Closed.class);
      BinlogPosition frozenAt = (BinlogPosition) gate.frozenAt();
      CompletableFuture<Void> first =
          CompletableFuture.runAsync(() -> twoPhases(early, "early", 1));
      CompletableFuture<Void> second =
          CompletableFuture.runAsync(() -> {
            write(late, "XA START 'late'");
            twoPhases(late, "late", 2);
          });
      write(elsewhere, "XA START 'elsewhere'");
      write(elsewhere, "INSERT INTO other VALUES (1)");
      write(elsewhere, "XA END 'elsewhere'");
      write(elsewhere, "XA PREPARE 'elsewhere'");
      write(elsewhere, "XA COMMIT 'elsewhere'");
      assertThat(first).isNotDone();
      assertThat(second).isNotDone();
      assertThat(gate.handOver(1, frozenAt)).isEqualTo(StepOutcome.DONE);
      assertThatThrownBy(first::join).isNotNull();
      assertThatThrownBy(second::join).isNotNull();
      assertThat(rig.rows()).isZero();
      assertThat(rig.server.value("shop", "SELECT COUNT(*) FROM other")).contains("1");
    }
  }

  private static void twoPhases(Connection connection, String xid, int id) {
    write(connection, id);
    write(connection, "XA END '" + xid + "'");
    write(connection, "XA PREPARE '" + xid + "'");
    write(connection, "XA COMMIT '" + xid + "'");
  }

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void afterTheHandOverNobodyWrites(MySqlVersion version) throws Exception {
    try (Rig rig = new Rig(version)) {
      Connection early = rig.as("app");
      Connection superuser = rig.as("admin");
      BinlogPosition frozenAt;
      try (WriteGate gate = rig.gate(Duration.ofSeconds(15))) {
        assertThat(gate.close(PATIENCE)).isInstanceOf(WriteGate.Attempt.Closed.class);
        frozenAt = (BinlogPosition) gate.frozenAt();
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> write(early, 1));
        CompletableFuture<Void> admin = CompletableFuture.runAsync(() -> write(superuser, 2));
        assertThat(gate.handOver(7, frozenAt)).isEqualTo(StepOutcome.DONE);
        assertThatThrownBy(writer::join).isNotNull();
        assertThatThrownBy(admin::join).isNotNull();
      }
      assertThat(rig.register()).isEqualTo(new HandOver.HandedOver(frozenAt, 7));
      BinlogPosition sealed = SourceSeal.close(rig.source, session -> Closing.FOR_GOOD);
      assertThat(sealed.covers(frozenAt)).isTrue();
      assertThat(SourceSeal.close(rig.source, session -> Closing.FOR_GOOD).covers(sealed)).isTrue();
      assertThatThrownBy(() -> rig.as("app").close()).isInstanceOf(SQLException.class);
      assertThatThrownBy(
              () -> {
                try (Connection again = rig.as("admin")) {
                  write(again, 3);
                }
              })
          .isNotNull();
      assertThat(rig.rows()).isZero();
    }
  }

  /**
   * Applications that try to log in again and again: at any moment one of them is a session that
   * has not said yet who it is.
   */
  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void whoeverKeepsComingBackDoesNotKeepTheSourceOpen(MySqlVersion version) throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    List<Thread> comers = new ArrayList<>();
    try (Rig rig = new Rig(version)) {
      for (int i = 0; i < 4; i++) {
        comers.add(Thread.ofPlatform().start(() -> comeBack(rig.server.port(), stop)));
      }
      try {
        SourceSeal.close(rig.source, session -> Closing.FOR_GOOD);
        assertThat(SourceSeal.close(rig.source, session -> Closing.FOR_GOOD).text()).isNotEmpty();
      } finally {
        stop.set(true);
        rig.server.stop();
        for (Thread comer : comers) {
          comer.join();
        }
      }
    }
  }

  private static void comeBack(int port, AtomicBoolean stop) {
    while (!stop.get()) {
      try (Socket socket = new Socket("127.0.0.1", port)) {
        // To the end of the stream: until the server gives up or ends the session.
        socket.getInputStream().readAllBytes();
      } catch (IOException ended) {
        // It comes again.
      }
    }
  }

  /** Fram died between the register's commit and everything else: writers go on until the seal. */
  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void theSealAccountsForWhatSlippedThrough(MySqlVersion version) throws Exception {
    try (Rig rig = new Rig(version);
        Connection app = rig.as("app")) {
      BinlogPosition frozenAt;
      try (WriteGate gate = rig.gate(Duration.ofSeconds(15));
          Connection register = rig.source.open("test")) {
        gate.close(PATIENCE);
        frozenAt = (BinlogPosition) gate.frozenAt();
        new HandOverRegister(rig.id).decide(register, 1, frozenAt);
      }
      write(app, 1);
      app.setAutoCommit(false);
      write(app, 2);
      BinlogPosition sealed = SourceSeal.close(rig.source, session -> Closing.FOR_GOOD);
      assertThat(sealed.covers(frozenAt)).isTrue();
      assertThat(frozenAt.covers(sealed)).isFalse();
      assertThatThrownBy(app::commit).isInstanceOf(SQLException.class);
      assertThat(rig.rows()).isEqualTo(1);
    }
  }

  /**
   * An application with Fram's own login: the account is not locked, so something else must hold.
   */
  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void whoSharesFramsAccountIsNamedOrBoundAndItsSessionsEnd(MySqlVersion version) throws Exception {
    try (Rig rig = new Rig(version);
        WriteGate gate = rig.gate(Duration.ofSeconds(15));
        Connection ours = new Connector(rig.server.endpoint(""), "source").open("other process");
        Connection stranger = rig.server.connect("")) {
      assertThat(gate.close(PATIENCE)).isInstanceOf(WriteGate.Attempt.Closed.class);
      if (version.mariaDb()) {
        long id = Sql.number(stranger, "SELECT CONNECTION_ID()");
        assertThat(gate.unstoppable())
            .singleElement()
            .asString()
            .contains("session " + id + " from 127.0.0.1", "own account root");
        assertThat(gate.blockers()).containsAll(gate.unstoppable());
      } else {
        assertThat(gate.unstoppable()).isEmpty();
      }
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(() -> write(stranger, "INSERT INTO shop.item VALUES (1, 0)"));
      assertThat(gate.handOver(1, gate.frozenAt())).isEqualTo(StepOutcome.DONE);
      assertThatThrownBy(writer::join).isNotNull();
      assertThat(ours.isValid(5)).isTrue();
      assertThat(rig.rows()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void staysClosedWhenTheServerStartsAgain(MySqlVersion version) throws Exception {
    try (Rig rig = new Rig(version)) {
      SourceSeal.close(rig.source, session -> Closing.FOR_GOOD);
      rig.server.kill9();
      rig.server.start();
      for (String user : List.of("app", "admin")) {
        assertThatThrownBy(
                () -> {
                  try (Connection again = rig.as(user)) {
                    write(again, 3);
                  }
                })
            .isNotNull();
      }
      assertThat(rig.rows()).isZero();
    }
  }

  /** Fram goes on writing there, nobody else does; and the opening opens what was closed. */
  @ParameterizedTest
  @EnumSource(names = {"V8_0", "MARIADB_11_4"})
  void whatIsClosedForTheWayBackStaysSoAndOnlyThatIsOpenedAgain(MySqlVersion version)
      throws Exception {
    try (Rig rig = new Rig(version)) {
      rig.server.execute("", "CREATE USER asleep IDENTIFIED BY 'pw'");
      rig.server.execute("", "GRANT ALL ON shop.* TO asleep");
      rig.server.execute("", "ALTER USER asleep ACCOUNT LOCK");
      SourceSeal.close(rig.source, session -> Closing.FOR_RETURN);
      rig.server.kill9();
      rig.server.start();
      for (String user : List.of("app", "admin", "asleep")) {
        assertThatThrownBy(() -> rig.as(user)).isInstanceOf(SQLException.class);
      }
      try (Connection fram = rig.source.open("test")) {
        new ClosedServer(fram, "source").keep();
        assertThat(TargetGuard.isReadOnly(fram)).isTrue();
        Sql.run(fram, "INSERT INTO shop.item VALUES (1, 0)");
        new ClosedServer(fram, "source").open();
        new ClosedServer(fram, "source").open();
        assertThat(Sql.list(fram, "SELECT user FROM fram.closed", row -> row.getString(1)))
            .isEmpty();
      }
      rig.server.restart();
      for (String user : List.of("app", "admin")) {
        try (Connection again = rig.as(user)) {
          write(again, user.equals("app") ? 2 : 3);
        }
      }
      assertThatThrownBy(() -> rig.as("asleep")).isInstanceOf(SQLException.class);
      assertThat(rig.rows()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void theTargetIsClosedToOthersUntilItOpens(MySqlVersion version) throws Exception {
    try (Rig rig = new Rig(version);
        Connection own = rig.source.open("test");
        Connection app = rig.as("app")) {
      TargetGuard guard = new TargetGuard(own);
      assertThat(guard.close()).isEmpty();
      assertThat(guard.closed()).isTrue();
      assertThatThrownBy(() -> write(app, 1)).isNotNull();
      Sql.run(own, "INSERT INTO shop.item VALUES (5, 5)");
      rig.server.restart();
      try (Connection later = rig.source.open("test")) {
        TargetGuard again = new TargetGuard(later);
        assertThat(again.close()).isEmpty();
        assertThat(again.closed()).isTrue();
        again.open();
        assertThat(again.close()).isEmpty();
        try (Connection other = rig.as("app")) {
          write(other, 1);
        }
      }
      await().until(() -> rig.rows() == 2);
    }
  }
}
