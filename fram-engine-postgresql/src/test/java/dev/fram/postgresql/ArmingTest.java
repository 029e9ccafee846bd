// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.ChunkCopier;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.model.Table;
import dev.fram.postgresql.apply.Servers;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.SharedSession;
import dev.fram.postgresql.copy.PostgresSnapshot;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.feed.XidSnapshot;
import dev.fram.testkit.server.Durability;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Guard G2 (ALGORITHMS A2, I.3, I.4). What was committed asynchronously can be read, copied, and
 * then taken back by a crash, which gives its transaction ids out again: a snapshot counts only
 * when the log has been forced past it, on a server that was not restarted since.
 */
class ArmingTest {
  private static final String TABLE =
      "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'old')";
  private static final String ASYNC = "SET synchronous_commit = off";

  private static PostgresServer start(PostgresVersion version) {
    // Only a commit that waits forces the log out: the background writer of the log is slow.
    return PostgresServer.plan(version)
        .durability(Durability.DURABLE)
        .setting("wal_writer_delay", "10s")
        .setting("autovacuum", "off")
        .start();
  }

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void aSnapshotThatWasNotArmedBeforeACrashIsVoid(PostgresVersion version) throws SQLException {
    try (PostgresServer server = start(version);
        RouteRig rig = new RouteRig(server, Servers.of(version), TABLE)) {
      List<Table> tables = rig.prepare();
      Table table = tables.getFirst();
      Connector source = new Connector(server.endpoint(rig.sourceDatabase), "source");
      RouteRig.run(rig.onSource, ASYNC);
      long lost = 0;
      for (int i = 10; i < 15; i++) {
        lost = insert(rig.onSource, i, "phantom");
      }
      try (SharedSession questions = new SharedSession(source, "test");
          PostgresSnapshot unarmed =
              PostgresSnapshot.take(source, questions, tables, () -> notFlushed(rig.onSource))) {
        copy(rig, table, unarmed);
        assertThat(rows(rig.onTarget)).isEqualTo("old,phantom,phantom,phantom,phantom,phantom");
        assertThat(((Lsn) unarmed.armedAt()).covers(flushed(rig.onSource))).isTrue();
        assertThat(unarmed.armedAt()).isNotEqualTo(flushed(rig.onSource));
        server.kill9();
        server.start();
        try (Connection again = server.connect(rig.sourceDatabase)) {
          assertThat(rows(again)).as("what a crash takes back").isEqualTo("old");
          long reused = insert(again, 20, "real");
          assertThat(reused).isLessThanOrEqualTo(lost);
          assertThat(XidSnapshot.parse(unarmed.fence(table.id()).text()).sees(reused))
              .as("the old snapshot would have the feed skip a real transaction")
              .isTrue();
        }
        CopyTest.assertCode(() -> unarmed.verifyPinned(table.id()), ErrorCode.SNAPSHOT_BROKEN);
      }
      rig.copy(tables, 1_000_000);
      rig.follow(rig.route.source().mark());
      assertThat(rows(rig.onTarget)).isEqualTo("old,real");
      PostgresRouteTest.sameDigests(rig, tables);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void whatTheEnginesOwnSnapshotSawSurvivesACrash(PostgresVersion version) throws SQLException {
    try (PostgresServer server = start(version);
        RouteRig rig = new RouteRig(server, Servers.of(version), TABLE)) {
      List<Table> tables = rig.prepare();
      RouteRig.run(rig.onSource, ASYNC);
      long seen = insert(rig.onSource, 10, "async");
      rig.copy(tables, 1_000_000);
      RouteRig.run(rig.onSource, "SET synchronous_commit = on");
      // The first round uses up what would make the server write the slot's position; the second
      // is confirmed in memory only.
      rig.follow(rig.route.source().mark());
      insert(rig.onSource, 11, "followed");
      rig.follow(rig.route.source().mark());
      server.kill9();
      server.start();
      try (Connection again = server.connect(rig.sourceDatabase)) {
        Lsn confirmed =
            Lsn.parse(
                RouteRig.text(
                    again,
                    "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = 'fram_"
                        + rig.route.id()
                        + "'"));
        assertThat(((Lsn) rig.position).compareTo(confirmed)).as("sent again").isPositive();
        assertThat(rows(again)).isEqualTo("async,followed,old");
        assertThat(insert(again, 12, "after")).isGreaterThan(seen);
      }
      rig.follow(rig.route.source().mark());
      assertThat(rows(rig.onTarget)).isEqualTo("after,async,followed,old");
      PostgresRouteTest.sameDigests(rig, tables);
    }
  }

  private static void copy(RouteRig rig, Table table, PostgresSnapshot snapshot) {
    try (ChunkCopier copier = rig.route.copier(rig.lease.epoch())) {
      copier.empty(table.id());
      for (Chunk chunk : snapshot.chunks(table, 1_000_000)) {
        copier.copy(chunk, snapshot, bytes -> {});
      }
    }
  }

  private static long insert(Connection connection, int id, String text) throws SQLException {
    return Long.parseLong(
        RouteRig.text(
            connection,
            "INSERT INTO t VALUES ("
                + id
                + ", '"
                + text
                + "') RETURNING pg_current_xact_id()::text"));
  }

  /** The place of a snapshot that nothing vouches for: the mutation. */
  private static Lsn notFlushed(Connection connection) {
    try {
      return Lsn.parse(RouteRig.text(connection, "SELECT pg_current_wal_insert_lsn()"));
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static Lsn flushed(Connection connection) throws SQLException {
    return Lsn.parse(RouteRig.text(connection, "SELECT pg_current_wal_flush_lsn()"));
  }

  private static String rows(Connection connection) throws SQLException {
    return RouteRig.text(connection, "SELECT string_agg(v, ',' ORDER BY v) FROM t");
  }
}
