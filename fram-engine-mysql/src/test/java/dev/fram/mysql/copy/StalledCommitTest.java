// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.BinlogFeed;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.FeedScope;
import dev.fram.mysql.binlog.FeedStart;
import dev.fram.mysql.binlog.RowChange;
import dev.fram.mysql.binlog.SourceLog;
import dev.fram.mysql.binlog.TransactionMark;
import dev.fram.mysql.binlog.Value;
import dev.fram.mysql.connection.Connector;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * ALGORITHMS I.32: a commit that waits for a replica's acknowledgement is in the log and cannot be
 * seen. A copy made meanwhile lacks its row, so the fence must not hold its transaction.
 */
@Timeout(120)
class StalledCommitTest {
  private MySqlServer server = MySqlServer.plan(MySqlVersion.V8_0).withoutGtids().start();
  private Optional<MySqlServer> target = Optional.empty();

  @AfterEach
  void stopServers() {
    server.close();
    target.ifPresent(MySqlServer::close);
  }

  /** How the test takes the watermark of the copy. */
  private interface Watermark {
    BinlogPosition of(Connection connection) throws SQLException;
  }

  @Test
  void aSetOfGtidsLosesNothing() throws SQLException {
    server.close();
    server = MySqlServer.plan(MySqlVersion.V8_0).start();
    assertThat(rowsAfterCopyAndFeed(MySqlSnapshot::low)).containsExactlyInAnyOrder(1L, 2L);
  }

  @Test
  void aPlaceBehindTheBarrierLosesNothing() throws SQLException {
    assertThat(rowsAfterCopyAndFeed(MySqlSnapshot::low)).containsExactlyInAnyOrder(1L, 2L);
  }

  /** The same with the place alone: what Fram must never do, and why. */
  @Test
  void aPlaceAloneLosesTheRow() throws SQLException {
    assertThat(rowsAfterCopyAndFeed(SourceLog::place)).containsExactly(1L);
  }

  private List<Long> rowsAfterCopyAndFeed(Watermark watermark) throws SQLException {
    target = Optional.of(MySqlServer.plan(MySqlVersion.V8_0).start());
    try (CopyRig rig = new CopyRig(server, target.get())) {
      rig.both("CREATE TABLE t (id INT PRIMARY KEY)");
      rig.source("INSERT INTO t VALUES (1)");
      Connection own = rig.source.open("test");
      BinlogPosition start = FeedStart.find(own, text -> {});
      Thread writer = stalledInsert();
      BinlogPosition low = watermark.of(own);
      // The chunk's read, at the moment after the watermark.
      List<Long> rows = new ArrayList<>();
      CopyRig.rows(server, "SELECT id FROM t")
          .forEach(row -> rows.add(Long.parseLong(row.replace("|", ""))));
      join(writer);
      replay(rig, start, low, rows);
      Connector.abort(own);
      return rows;
    }
  }

  private static void replay(CopyRig rig, BinlogPosition start, BinlogPosition low, List<Long> rows)
      throws SQLException {
    Connection own = rig.source.open("test");
    BinlogPosition end = SourceLog.position(own);
    Connector.abort(own);
    boolean seen = false;
    try (BinlogFeed feed = BinlogFeed.open(rig.source, start, scope(), new Random(5))) {
      boolean reached = false;
      while (!reached) {
        Optional<FeedEvent> event = feed.poll(Duration.ofMillis(100));
        if (event.isEmpty()) {
          continue;
        }
        switch (event.get()) {
          case FeedEvent.Begin begin -> seen = TransactionMark.read(begin.payload()).within(low);
          case FeedEvent.Row row -> {
            long id = ((Value.Int) RowChange.read(row.payload()).after().get(0)).signed();
            if (!seen && !rows.contains(id)) {
              rows.add(id);
            }
          }
          case FeedEvent.Commit commit -> reached = commit.end().covers(end);
          case FeedEvent.Idle idle -> reached = idle.reached().covers(end);
          default -> {}
        }
      }
    }
  }

  private static FeedScope scope() {
    return new FeedScope() {
      @Override
      public boolean follows(TableId table) {
        return table.schema().equals(CopyRig.DATABASE);
      }

      @Override
      public boolean covers(String database) {
        return database.equals(CopyRig.DATABASE);
      }
    };
  }

  /** An insert whose commit hangs between log and engine for some seconds: no replica answers. */
  private Thread stalledInsert() throws SQLException {
    server.execute(
        "",
        "INSTALL PLUGIN rpl_semi_sync_source SONAME 'semisync_source.so';"
            + " SET GLOBAL rpl_semi_sync_source_timeout = 4000;"
            + " SET GLOBAL rpl_semi_sync_source_wait_no_replica = ON;"
            + " SET GLOBAL rpl_semi_sync_source_enabled = ON");
    Thread writer =
        new Thread(
            () -> {
              try (Connection connection = server.connect(CopyRig.DATABASE);
                  Statement statement = connection.createStatement()) {
                statement.execute("INSERT INTO t VALUES (2)");
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            },
            "stalled writer");
    writer.start();
    await()
        .until(() ->
            server
                .value(
                    "",
                    "SELECT COUNT(*) FROM information_schema.processlist"
                        + " WHERE state LIKE 'Waiting for semi-sync ACK%'")
                .filter("1"::equals)
                .isPresent());
    return writer;
  }

  private static void join(Thread writer) {
    await().atMost(Duration.ofSeconds(30)).until(() -> !writer.isAlive());
  }
}
