// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** The feed on real servers: what it gives out, where it can go on, when it must stop. */
class BinlogFeedTest {

  @Nested
  class MySql80WithGtids extends Contract {
    @Override
    MySqlServer server() {
      return MySqlServer.plan(MySqlVersion.V8_0).start();
    }
  }

  @Nested
  class MySql80WithoutGtids extends Contract {
    @Override
    MySqlServer server() {
      return MySqlServer.plan(MySqlVersion.V8_0).withoutGtids().start();
    }
  }

  @Nested
  class MySql97 extends Contract {
    @Override
    MySqlServer server() {
      return MySqlServer.plan(MySqlVersion.V9_7).start();
    }

    @Test
    void followsTaggedTransactions() throws SQLException {
      rig.open(rig.start());
      rig.run("SET gtid_next = 'AUTOMATIC:blue'", "INSERT INTO t VALUES (1, 'a')");
      rig.run("SET gtid_next = 'AUTOMATIC'", "INSERT INTO t VALUES (2, 'b')");
      List<FeedEvent> events = rig.all();
      assertThat(words(events)).isEqualTo("begin table:t +1 commit begin +2 commit");
      BinlogPosition afterFirst = commits(events).get(0);
      assertThat(afterFirst.text()).contains(":blue:1");
      rig.open(afterFirst);
      assertThat(words(rig.all())).isEqualTo("begin table:t +2 commit");
    }
  }

  @Nested
  class MariaDb114 extends Contract {
    @Override
    MySqlServer server() {
      return MySqlServer.plan(MySqlVersion.MARIADB_11_4).start();
    }
  }

  /** What holds on every server. */
  @Timeout(60)
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract static class Contract {
    MySqlServer server;
    FeedRig rig;

    abstract MySqlServer server();

    @BeforeAll
    void startServer() {
      server = server();
    }

    @AfterAll
    void stopServer() {
      server.close();
    }

    @BeforeEach
    void freshDatabase() throws SQLException {
      rig = new FeedRig(server, "shop");
      rig.run("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20))");
    }

    @AfterEach
    void closeRig() throws SQLException {
      rig.close();
    }

    String words(List<FeedEvent> events) {
      return FeedRig.describe(events);
    }

    List<BinlogPosition> commits(List<FeedEvent> events) {
      return events.stream()
          .filter(FeedEvent.Commit.class::isInstance)
          .map(event -> FeedRig.reached(event).orElseThrow())
          .toList();
    }

    @Test
    void givesWholeTransactionsInOrder() throws SQLException {
      rig.open(rig.start());
      rig.run("INSERT INTO t VALUES (1, 'a'), (2, 'b')");
      rig.run("BEGIN", "UPDATE t SET id = 3 WHERE id = 1", "DELETE FROM t WHERE id = 2", "COMMIT");
      rig.run("BEGIN", "INSERT INTO t VALUES (9, 'x')", "ROLLBACK");
      rig.run("INSERT INTO t VALUES (4, NULL)");
      assertThat(words(rig.all()))
          .isEqualTo("begin table:t +1 +2 commit begin ~1>3 -2 commit begin +4 commit");
    }

    @Test
    void goesOnFromEveryPositionItGaveOut() throws SQLException {
      rig.open(rig.start());
      for (int i = 1; i <= 5; i++) {
        rig.run("INSERT INTO t VALUES (" + i + ", 'x')");
      }
      List<FeedEvent> events = rig.all();
      List<BinlogPosition> ends = commits(events);
      assertThat(ends).hasSize(5);
      for (int i = 1; i < 5; i++) {
        rig.open(BinlogPosition.parse(ends.get(i - 1).text()));
        List<Long> ids =
            FeedRig.rows(rig.all()).stream()
                .map(row -> ((Value.Int) row.after().get(0)).signed())
                .toList();
        List<Long> rest = new ArrayList<>();
        for (long id = i + 1; id <= 5; id++) {
          rest.add(id);
        }
        assertThat(ids).isEqualTo(rest);
      }
    }

    @Test
    void marksTellWhatAFenceHolds() throws SQLException {
      BinlogPosition start = rig.start();
      rig.open(start);
      rig.run("INSERT INTO t VALUES (1, 'a')");
      BinlogPosition between = rig.now();
      rig.run("INSERT INTO t VALUES (2, 'b')");
      List<TransactionMark> marks =
          rig.all().stream()
              .filter(FeedEvent.Begin.class::isInstance)
              .map(event -> TransactionMark.read(event.payload()))
              .toList();
      assertThat(marks).hasSize(2);
      assertThat(marks.get(0).within(start)).isFalse();
      assertThat(marks.get(0).within(between)).isTrue();
      assertThat(marks.get(1).within(between)).isFalse();
      assertThat(marks.get(1).within(rig.now())).isTrue();
    }

    @Test
    void whatIsOutOfScopeOnlyMovesThePosition() throws SQLException {
      rig.run("CREATE TABLE other_t (id INT PRIMARY KEY)");
      server.execute("", "DROP DATABASE IF EXISTS elsewhere; CREATE DATABASE elsewhere");
      rig.open(rig.start());
      rig.run("INSERT INTO other_t VALUES (1)");
      rig.run("ALTER TABLE other_t ADD c INT", "TRUNCATE other_t");
      server.execute("elsewhere", "CREATE TABLE x (id INT); INSERT INTO x VALUES (1)");
      server.execute("elsewhere", "DROP DATABASE elsewhere");
      rig.run("ANALYZE TABLE t");
      rig.run("CREATE TEMPORARY TABLE tt (id INT)", "DROP TEMPORARY TABLE tt");
      assertThat(words(rig.all())).isEmpty();
    }

    @Test
    void aFreshFileOnAQuietServerIsReached() throws SQLException {
      rig.open(rig.start());
      for (int i = 0; i < 3; i++) {
        rig.run("FLUSH BINARY LOGS");
        rig.until(rig.now());
      }
    }

    @Test
    void transactionsOverAFilesEndGoOn() throws SQLException {
      rig.open(rig.start());
      rig.run(
          "INSERT INTO t VALUES (1, 'a')", "FLUSH BINARY LOGS", "INSERT INTO t VALUES (2, 'b')");
      List<FeedEvent> events = rig.all();
      assertThat(words(events)).isEqualTo("begin table:t +1 commit begin +2 commit");
      rig.open(commits(events).get(0));
      assertThat(words(rig.all())).isEqualTo("begin table:t +2 commit");
    }

    @Test
    void definitionsArriveWhereTheyStand() throws SQLException {
      rig.open(rig.start());
      rig.run("INSERT INTO t VALUES (1, 'a')", "ALTER TABLE t ADD c INT");
      rig.run("INSERT INTO t VALUES (2, 'b', 3)", "TRUNCATE TABLE t", "CREATE VIEW w AS SELECT 1");
      assertThat(words(rig.all()))
          .isEqualTo(
              "begin table:t +1 commit begin ddl:ALTER_TABLE_t_ADD_c_INT commit"
                  + " begin table:t +2 commit begin truncate:t commit begin"
                  + " ddl:CREATE_ALGORITHM=UNDEFINED_DEFINER=`root`@`%`"
                  + "_SQL_SECURITY_DEFINER_VIEW_`w`_AS_SELECT_1 commit");
    }

    @Test
    void aTableMadeFromAQueryBringsItsRows() throws SQLException {
      rig.run("INSERT INTO t VALUES (1, 'a'), (2, 'b')");
      rig.open(rig.start());
      rig.run("CREATE TABLE copy_t AS SELECT * FROM t");
      List<FeedEvent> events = rig.all();
      assertThat(words(events)).contains("+1").contains("+2").doesNotContain("START");
      DdlStatement ddl =
          events.stream()
              .filter(FeedEvent.Statement.class::isInstance)
              .map(event -> DdlStatement.read(event.payload()))
              .findFirst()
              .orElseThrow();
      assertThat(ddl.sql()).startsWith("CREATE TABLE `copy_t`").doesNotContain("SELECT");
      assertThat(ddl.database()).contains("shop");
    }

    @Test
    void xaTransactionsCountWhenTheyCommit() throws SQLException {
      BinlogPosition start = rig.start();
      rig.open(start);
      rig.run(
          "XA START 'one'", "INSERT INTO t VALUES (1, 'a')", "XA END 'one'", "XA PREPARE 'one'");
      try (Connection second = server.connect("shop");
          Statement statement = second.createStatement()) {
        statement.execute("INSERT INTO t VALUES (2, 'b')");
        statement.execute("XA START 'two','branch',7");
        statement.execute("INSERT INTO t VALUES (3, 'c')");
        statement.execute("XA END 'two','branch',7");
        statement.execute("XA PREPARE 'two','branch',7");
        statement.execute("XA ROLLBACK 'two','branch',7");
      }
      List<FeedEvent> before = rig.all();
      assertThat(words(before)).isEqualTo("begin table:t +2 commit");
      BinlogPosition open = FeedRig.reached(before.get(before.size() - 1)).orElseThrow();
      rig.run("XA COMMIT 'one'", "INSERT INTO t VALUES (4, 'd')");
      assertThat(words(rig.all())).isEqualTo("begin table:t +1 commit begin table:t +4 commit");
      // Again, by a feed that knows only the position.
      rig.open(BinlogPosition.parse(open.text()));
      assertThat(words(rig.all())).isEqualTo("begin table:t +1 commit begin table:t +4 commit");
    }

    @Test
    void aPositionGivenOutWhileXaIsOpenKeepsItOpen() throws SQLException {
      rig.open(rig.start());
      rig.run(
          "XA START 'one'", "INSERT INTO t VALUES (1, 'a')", "XA END 'one'", "XA PREPARE 'one'");
      List<FeedEvent> events = rig.all();
      BinlogPosition open = FeedRig.reached(events.get(events.size() - 1)).orElseThrow();
      rig.open(open);
      FeedEvent first = rig.until(event -> FeedRig.reached(event).isPresent()).get(0);
      rig.open(FeedRig.reached(first).orElseThrow());
      rig.run("XA COMMIT 'one'");
      assertThat(words(rig.all())).isEqualTo("begin table:t +1 commit");
    }

    @Test
    void xaInOnePhaseIsAnOrdinaryTransaction() throws SQLException {
      rig.open(rig.start());
      rig.run("XA START 'one'", "INSERT INTO t VALUES (1, 'a')", "XA END 'one'");
      rig.run("XA COMMIT 'one' ONE PHASE");
      assertThat(words(rig.all())).isEqualTo("begin table:t +1 commit");
    }

    @Test
    void aNameOfXaMayBeUsedAgain() throws SQLException {
      rig.open(rig.start());
      for (int i = 1; i <= 2; i++) {
        rig.run("XA START 'x'", "INSERT INTO t VALUES (" + i + ", 'a')", "XA END 'x'");
        rig.run("XA PREPARE 'x'", "XA COMMIT 'x'");
      }
      assertThat(words(rig.all())).isEqualTo("begin table:t +1 commit begin table:t +2 commit");
    }

    @Test
    void compressedTransactionsAreUnpacked() throws SQLException {
      boolean maria = server.version().mariaDb();
      rig.run(
          maria
              ? "SET GLOBAL log_bin_compress = ON, GLOBAL log_bin_compress_min_len = 10"
              : "SET SESSION binlog_transaction_compression = ON");
      try {
        rig.open(rig.start());
        rig.run("INSERT INTO t VALUES (1, 'aaaaaaaaaaaaaaaa'), (2, 'aaaaaaaaaaaaaaaa')");
        rig.run("UPDATE t SET v = 'bbbbbbbbbbbbbbbbbbbb'", "DELETE FROM t WHERE id = 1");
        rig.run("ALTER TABLE t ADD a_long_column_name_for_the_compression INT");
        List<FeedEvent> events = rig.all();
        assertThat(words(events))
            .isEqualTo(
                "begin table:t +1 +2 commit begin ~1>1 ~2>2 commit begin -1 commit begin"
                    + " ddl:ALTER_TABLE_t_ADD_a_long_column_name_for_the_compression_INT commit");
        rig.open(commits(events).get(0));
        assertThat(words(rig.all())).startsWith("begin table:t ~1>1 ~2>2 commit begin -1 commit");
      } finally {
        if (maria) {
          rig.run("SET GLOBAL log_bin_compress = OFF");
        }
      }
    }

    @Test
    void aPartialRowStopsTheFeed() throws SQLException {
      rig.run("INSERT INTO t VALUES (1, 'a')");
      rig.open(rig.start());
      rig.run("SET SESSION binlog_row_image = MINIMAL", "UPDATE t SET v = 'b' WHERE id = 1");
      refuses(ErrorCode.FEED_INVALID, "binlog_row_image=FULL");
    }

    @Test
    void aStatementOnRowsStopsTheFeed() throws SQLException {
      rig.open(rig.start());
      rig.run("SET SESSION binlog_format = STATEMENT", "INSERT INTO t VALUES (1, 'a')");
      refuses(ErrorCode.FEED_INVALID, "binlog_format=ROW");
    }

    @Test
    void aKilledSessionIsALostConnection() throws SQLException {
      rig.open(rig.start());
      rig.run("INSERT INTO t VALUES (1, 'a')");
      rig.all();
      String dump =
          "SELECT id FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'";
      rig.run("KILL " + server.value("", dump).orElseThrow());
      refuses(ErrorCode.CONNECTION_LOST, "");
    }

    @Test
    void purgedFilesAreLost() throws SQLException {
      BinlogPosition start = rig.start();
      rig.run("INSERT INTO t VALUES (1, 'a')", "FLUSH BINARY LOGS");
      String file = rig.lastFile();
      if (server.version().mariaDb()) {
        rig.run("SET GLOBAL slave_connections_needed_for_purge = 0");
      }
      // A feed that was closed just now holds its file until its next heartbeat.
      await()
          .until(() -> {
            rig.run("PURGE BINARY LOGS TO '" + file + "'");
            return server.value("", "SHOW BINARY LOGS").orElseThrow().equals(file);
          });
      assertThatThrownBy(() -> rig.open(start))
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOG_LOST));
    }

    @Test
    void eachFeedHasANumberOfItsOwn() throws SQLException {
      rig.open(rig.start());
      FeedRig second = new FeedRig(server, "shop2");
      try (second) {
        BinlogFeed other =
            BinlogFeed.open(second.connector, second.start(), second.scope(), new Random(8));
        rig.run("INSERT INTO t VALUES (1, 'a')");
        assertThat(words(rig.all())).isEqualTo("begin table:t +1 commit");
        other.close();
      }
    }

    @Test
    void aNumberTakenByAnotherIsALostConnectionAndNotALostLog() throws SQLException {
      rig.open(rig.start());
      rig.run("INSERT INTO t VALUES (1, 'a')");
      rig.all();
      // The rig draws the same number each time.
      try (BinlogFeed thief =
          BinlogFeed.open(rig.connector, rig.now(), rig.scope(), new Random(7))) {
        assertThat(thief.poll(Duration.ofSeconds(5))).isPresent();
        refuses(ErrorCode.CONNECTION_LOST, "");
      }
    }

    void refuses(ErrorCode code, String remedy) {
      assertThatThrownBy(() -> rig.until((FeedEvent event) -> false))
          .isInstanceOfSatisfying(
              FramException.class,
              e -> {
                assertThat(e.code()).isEqualTo(code);
                assertThat(e.remedy()).contains(remedy);
              });
    }
  }
}
