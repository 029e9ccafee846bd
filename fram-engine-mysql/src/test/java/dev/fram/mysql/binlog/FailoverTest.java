// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.mysql.connection.Connector;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The source dies and its replica takes over (ALGORITHMS B4, failover): with GTIDs only. */
@Timeout(120)
final class FailoverTest {
  private MySqlServer source;
  private MySqlServer replica;
  private FeedRig rig;

  @BeforeEach
  void startReplication() throws SQLException {
    source = MySqlServer.plan(MySqlVersion.V8_0).setting("server_id", "11").start();
    replica = MySqlServer.plan(MySqlVersion.V8_0).setting("server_id", "12").start();
    // What has made them, their passwords among it, is not to be replicated.
    source.execute("", "RESET MASTER");
    replica.execute("", "RESET MASTER");
    rig = new FeedRig(source, "shop");
    replica.execute(
        "",
        "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = "
            + source.port()
            + ", SOURCE_USER = '"
            + source.user()
            + "', SOURCE_PASSWORD = '"
            + source.password()
            + "', SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1");
    replica.execute("", "START REPLICA");
    rig.run("CREATE TABLE t (id INT PRIMARY KEY, v INT)");
  }

  @AfterEach
  void stop() throws SQLException {
    rig.close();
    source.close();
    replica.close();
  }

  @Test
  void aReplicaThatHasEverythingIsFollowed() throws SQLException {
    rig.open(rig.start());
    rig.run("INSERT INTO t VALUES (1, 1)");
    rig.all();
    BinlogPosition reached = rig.now();
    rig.run("INSERT INTO t VALUES (2, 2)", "UPDATE t SET v = 3 WHERE id = 1");
    awaitReplica();
    source.kill9();
    replica.execute("shop", "INSERT INTO t VALUES (4, 4)");
    Connector promoted = new Connector(replica.endpoint(""), "source");
    verify(promoted, reached);
    rig.open(promoted, BinlogPosition.parse(reached.text()));
    assertThat(FeedRig.describe(rig.until(end(promoted))))
        .isEqualTo("begin table:t +2 commit begin ~1>1 commit begin +4 commit");
    promoted.closeAll();
  }

  @Test
  void aReplicaThatLacksWhatWasReadIsRefused() throws SQLException {
    rig.open(rig.start());
    awaitReplica();
    replica.execute("", "STOP REPLICA");
    rig.run("INSERT INTO t VALUES (1, 1)");
    rig.all();
    BinlogPosition reached = rig.now();
    source.kill9();
    Connector promoted = new Connector(replica.endpoint(""), "source");
    assertThatThrownBy(() -> verify(promoted, reached))
        .isInstanceOfSatisfying(
            FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOG_LOST))
        .hasMessageContaining("lacks 1 transactions that were already read");
    promoted.closeAll();
  }

  private void awaitReplica() throws SQLException {
    String all = ((BinlogPosition.Gtids) rig.now()).executed().toString();
    await()
        .until(() ->
            replica
                .value("", "SELECT GTID_SUBSET('" + all + "', @@global.gtid_executed)")
                .filter("1"::equals)
                .isPresent());
  }

  /** As a run does before it goes on. */
  private static void verify(Connector server, BinlogPosition from) throws SQLException {
    Connection connection = server.open("test");
    try {
      SourceLog.verify(connection, "source", from);
    } finally {
      Connector.abort(connection);
    }
  }

  private static BinlogPosition end(Connector server) throws SQLException {
    Connection connection = server.open("test");
    try {
      return SourceLog.position(connection);
    } finally {
      Connector.abort(connection);
    }
  }
}
