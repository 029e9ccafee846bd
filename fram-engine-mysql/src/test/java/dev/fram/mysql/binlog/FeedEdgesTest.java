// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.mysql.connection.Connector;
import dev.fram.testkit.fault.Flow;
import dev.fram.testkit.fault.TcpProxy;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** ALGORITHMS I.36, I.38, I.40, I.41: large, odd and broken things in the log of a MySQL 8.0. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FeedEdgesTest {
  private MySqlServer server;
  private FeedRig rig;

  @BeforeAll
  void startServer() {
    server =
        MySqlServer.plan(MySqlVersion.V8_0)
            .setting("max_allowed_packet", "128M")
            .setting("local_infile", "ON")
            .start();
  }

  @AfterAll
  void stopServer() {
    server.close();
  }

  @BeforeEach
  void freshDatabase() throws SQLException {
    server.start();
    rig = new FeedRig(server, "shop");
    rig.run("CREATE TABLE t (id INT PRIMARY KEY, v LONGBLOB)");
  }

  @AfterEach
  void closeRig() throws SQLException {
    rig.close();
  }

  @Test
  void rowsLargerThanAPacketOfTheProtocolArrive() throws SQLException {
    rig.open(rig.start());
    rig.run("INSERT INTO t VALUES (1, REPEAT('x', 40000000))");
    rig.run("SET binlog_transaction_compression = ON");
    rig.run("INSERT INTO t VALUES (2, REPEAT('y', 40000000))");
    List<RowChange> rows = FeedRig.rows(rig.all());
    assertThat(rows).hasSize(2);
    for (RowChange row : rows) {
      assertThat(((Value.Bytes) row.after().get(1)).bytes()).hasSize(40_000_000);
    }
  }

  @Test
  void aLogWithoutChecksumsIsRead() throws SQLException {
    rig.run("SET GLOBAL binlog_checksum = NONE");
    try {
      rig.open(rig.start());
      rig.run(
          "INSERT INTO t VALUES (1, 'a')", "FLUSH BINARY LOGS", "INSERT INTO t VALUES (2, 'b')");
      assertThat(FeedRig.describe(rig.all())).isEqualTo("begin table:t +1 commit begin +2 commit");
    } finally {
      rig.run("SET GLOBAL binlog_checksum = CRC32");
    }
  }

  @Test
  void checksumsMayComeAndGoWhileTheFeedIsOpen() throws SQLException {
    rig.open(rig.start());
    rig.run("INSERT INTO t VALUES (1, 'a')", "SET GLOBAL binlog_checksum = NONE");
    rig.run("INSERT INTO t VALUES (2, 'b')", "SET GLOBAL binlog_checksum = CRC32");
    rig.run("INSERT INTO t VALUES (3, 'c')");
    assertThat(FeedRig.describe(rig.all()))
        .isEqualTo("begin table:t +1 commit begin +2 commit begin +3 commit");
  }

  @Test
  void partialJsonStopsTheFeed() throws SQLException {
    rig.run("CREATE TABLE j (id INT PRIMARY KEY, d JSON)");
    rig.run("INSERT INTO j VALUES (1, '{\"a\": 1, \"b\": \"long long long long long\"}')");
    rig.open(rig.start());
    rig.run("SET SESSION binlog_row_value_options = PARTIAL_JSON");
    rig.run("UPDATE j SET d = JSON_SET(d, '$.a', 2)");
    refuses("binlog_row_value_options");
  }

  @Test
  void statementsOnTablesOutOfScopeAreNoReasonToStop() throws SQLException {
    rig.run("CREATE TABLE other_t (id INT PRIMARY KEY)");
    rig.open(rig.start());
    rig.run("SET SESSION binlog_format = STATEMENT", "INSERT INTO other_t VALUES (1)");
    rig.run("DELETE FROM `other_t`", "SET SESSION binlog_format = ROW");
    rig.run("INSERT INTO t VALUES (1, 'a')");
    assertThat(FeedRig.describe(rig.all())).isEqualTo("begin table:t +1 commit");
  }

  @Test
  void sessionsThatDoNotCheckForeignKeysAreMarked() throws SQLException {
    rig.open(rig.start());
    rig.run("INSERT INTO t VALUES (1, 'a')", "SET foreign_key_checks = 0");
    rig.run("INSERT INTO t VALUES (2, 'b')");
    assertThat(FeedRig.rows(rig.all()))
        .extracting(RowChange::foreignKeys)
        .containsExactly(RowChange.ForeignKeys.CHECKED, RowChange.ForeignKeys.UNCHECKED);
  }

  @Test
  void framsOwnDatabaseIsNotInTheFeed() throws SQLException {
    rig.open(rig.start());
    server.execute("", "DROP DATABASE IF EXISTS fram");
    server.execute("", "CREATE DATABASE fram");
    server.execute("", "CREATE TABLE fram.handover (id INT PRIMARY KEY)");
    rig.run("INSERT INTO fram.handover VALUES (1)", "DROP DATABASE fram");
    assertThat(FeedRig.describe(rig.all())).isEmpty();
  }

  @Test
  void aLargeXaTransactionIsKeptOnDisk() throws SQLException {
    rig.open(rig.start());
    rig.run("XA START 'big'");
    for (int i = 0; i < 40; i++) {
      rig.run("INSERT INTO t VALUES (" + i + ", REPEAT('x', 100000))");
    }
    rig.run("XA END 'big'", "XA PREPARE 'big'");
    assertThat(FeedRig.describe(rig.all())).isEmpty();
    rig.run("XA COMMIT 'big'");
    Set<Long> ids = new HashSet<>();
    FeedRig.rows(rig.all()).forEach(row -> ids.add(((Value.Int) row.after().get(0)).signed()));
    assertThat(ids).hasSize(40);
  }

  @Test
  void aRestartOfTheServerIsALostConnectionAndTheFeedGoesOn() throws SQLException {
    rig.open(rig.start());
    rig.run("INSERT INTO t VALUES (1, 'a')");
    BinlogPosition reached = last(rig.all());
    for (int i = 2; i <= 3; i++) {
      if (i == 2) {
        server.restart();
      } else {
        server.kill9();
        server.start();
      }
      assertThatThrownBy(() -> rig.until((FeedEvent event) -> false))
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONNECTION_LOST));
      server.execute("shop", "INSERT INTO t VALUES (" + i + ", 'b')");
      rig.open(BinlogPosition.parse(reached.text()));
      List<FeedEvent> events = rig.all();
      assertThat(FeedRig.describe(events)).isEqualTo("begin table:t +" + i + " commit");
      reached = last(events);
    }
  }

  private static BinlogPosition last(List<FeedEvent> events) {
    return FeedRig.reached(events.get(events.size() - 1)).orElseThrow();
  }

  @Test
  void aServerThatLacksWhatWasReadIsRefused() throws SQLException {
    Connection connection = rig.connector.open("test");
    BinlogPosition.Gtids now = (BinlogPosition.Gtids) SourceLog.position(connection);
    GtidSet foreign = GtidSet.of("b0000000-0000-0000-0000-000000000001", 1);
    SourceLog.verify(connection, "source", now);
    assertThatThrownBy(() ->
            SourceLog.verify(
                connection, "source", new BinlogPosition.Gtids(now.executed().union(foreign))))
        .isInstanceOfSatisfying(
            FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOG_LOST));
    BinlogPosition.File place = SourceLog.place(connection);
    SourceLog.verify(connection, "source", place);
    for (BinlogPosition wrong :
        List.of(
            new BinlogPosition.File(place.at(), "another"),
            new BinlogPosition.File(
                new LogPoint(place.at().file(), place.at().offset() + 1), place.server()),
            new BinlogPosition.File(new LogPoint("binlog.999999", 4), place.server()))) {
      assertThatThrownBy(() -> SourceLog.verify(connection, "source", wrong))
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOG_LOST));
    }
    Connector.abort(connection);
  }

  /** Nothing is closed and nothing comes, not even heartbeats: TCP alone would wait for hours. */
  @Test
  void aConnectionThatFallsSilentIsLostAndTheFeedGoesOn() throws Exception {
    try (TcpProxy network = TcpProxy.to("127.0.0.1", server.port())) {
      Connector through = new Connector(network.through(server.endpoint("")), "source");
      rig.open(through, rig.start());
      rig.run("INSERT INTO t VALUES (1, 'a')");
      BinlogPosition reached = last(rig.all());
      network.stall();
      rig.run("INSERT INTO t VALUES (2, 'b')");
      assertThatThrownBy(
              () -> {
                while (true) {
                  assertThat(rig.poll()).isEmpty();
                }
              })
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONNECTION_LOST))
          .hasMessageContaining("no heartbeat for 30 s");
      network.pass();
      rig.open(through, reached);
      assertThat(FeedRig.describe(rig.all())).isEqualTo("begin table:t +2 commit");
    }
  }

  @Test
  void encryptionIsAsTheUriSays() throws SQLException {
    rig.run("INSERT INTO t VALUES (1, 'a')");
    Path authority = server.dataFolder().resolve("ca.pem");
    for (Map<String, String> good :
        List.of(
            Map.of("ssl-mode", "REQUIRED"),
            Map.of("ssl-mode", "VERIFY_CA", "ssl-ca", authority.toString()))) {
      BinlogFeed.open(secure(good), rig.now(), rig.scope(), new Random(2)).close();
    }
    // The server's certificate is of its own making: no system knows its authority.
    StreamRequest request =
        new StreamRequest(
            secure(Map.of("ssl-mode", "VERIFY_CA")).endpoint(), server.port(), 77, rig.now());
    assertThatThrownBy(
            () -> LogStream.open(request, new StreamBuffer(1 << 20, Duration.ofSeconds(5))))
        .isInstanceOfSatisfying(
            StreamFailure.class, e -> assertThat(e.kind()).isEqualTo(StreamFailure.Kind.TLS));
  }

  /** Cut anywhere while both ends agree on encryption: that may be tried again. */
  @Test
  void aConnectionThatBreaksWhileItIsEncryptedIsNoRefusal() throws Exception {
    try (TcpProxy network = TcpProxy.to("127.0.0.1", server.port())) {
      Endpoint through = network.through(secure(Map.of("ssl-mode", "REQUIRED")).endpoint());
      Connector connector = new Connector(through, "source");
      StreamRequest request = new StreamRequest(through, network.port(), 78, rig.now());
      int broken = 0;
      for (int bytes = 20; bytes < 1500; bytes += 120) {
        network.cutAfter(Flow.ANSWERS, bytes);
        try {
          connector.open("test").close();
        } catch (FramException e) {
          broken++;
          assertThat(e.code()).as(bytes + ": " + e).isEqualTo(ErrorCode.SERVER_UNREACHABLE);
        }
        network.pass();
        network.cutAfter(Flow.ANSWERS, bytes);
        try {
          LogStream.open(request, new StreamBuffer(1 << 20, Duration.ofSeconds(5))).close();
        } catch (StreamFailure e) {
          assertThat(e.kind()).as(bytes + ": " + e).isNotEqualTo(StreamFailure.Kind.TLS);
        }
        network.pass();
      }
      assertThat(broken).isGreaterThan(5);
    }
  }

  private Connector secure(Map<String, String> parameters) {
    Endpoint plain = server.endpoint("");
    return new Connector(
        new Endpoint(
            plain.scheme(),
            plain.host(),
            plain.port(),
            plain.user(),
            "",
            parameters,
            Optional.of(plain.password().orElseThrow())),
        "source");
  }

  private void refuses(String remedy) {
    assertThatThrownBy(() -> rig.until((FeedEvent event) -> false))
        .isInstanceOfSatisfying(
            FramException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.FEED_INVALID);
              assertThat(e.remedy()).contains(remedy);
            });
  }
}
