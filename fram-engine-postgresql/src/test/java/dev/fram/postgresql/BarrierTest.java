// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.change.Position;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.apply.Servers;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.feed.FeedName;
import dev.fram.postgresql.feed.Publication;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Why guard G1 is there (ALGORITHMS A2, I.2). Creating a slot waits for the transactions that run,
 * but not for those that begin in its last phase: one that has written its commit by then and still
 * waits for a standby is before the slot's first point and after every snapshot. The same course of
 * events is run twice: by hand without the barrier, where the row is lost, and through the engine.
 */
class BarrierTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String TABLE = "CREATE TABLE t (id int PRIMARY KEY)";

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void withoutTheBarrierTheRowIsInNeitherCopyNorFeed(PostgresVersion version) throws Exception {
    try (PostgresServer server = PostgresServer.plan(version).start();
        RouteRig rig = new RouteRig(server, Servers.of(version), TABLE)) {
      rig.route.schema().createTables(rig.lease.epoch(), line -> {});
      List<Table> tables = rig.route.source().tables();
      Stuck stuck = new Stuck(rig);
      rig.position = stuck.whileCreating(() -> slotOnly(rig, tables)).get();
      copyReleaseAndFollow(rig, tables);
      stuck.finish();
      assertThat(ids(rig.onSource)).isEqualTo("3,4");
      assertThat(ids(rig.onTarget)).as("the row that was lost is 3").isEqualTo("4");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void withTheBarrierItIsInTheCopy(PostgresVersion version) throws Exception {
    try (PostgresServer server = PostgresServer.plan(version).start();
        RouteRig rig = new RouteRig(server, Servers.of(version), TABLE)) {
      rig.route.schema().createTables(rig.lease.epoch(), line -> {});
      List<Table> tables = rig.route.source().tables();
      Queue<String> said = new ConcurrentLinkedQueue<>();
      Stuck stuck = new Stuck(rig);
      FutureTask<Position> preparing =
          stuck.whileCreating(
              () -> rig.route.source().prepareFeed(tables, Optional.empty(), said::add));
      String waitedFor = "waiting for the transactions that were open; pid " + stuck.pid() + " ";
      await()
          .atMost(PATIENCE)
          .until(() ->
              preparing.isDone() || said.stream().anyMatch(line -> line.startsWith(waitedFor)));
      if (!preparing.isDone()) {
        standbys(server, "");
      }
      rig.position = preparing.get();
      copyReleaseAndFollow(rig, tables);
      stuck.finish();
      assertThat(ids(rig.onTarget)).as("all rows, through the barrier").isEqualTo("3,4");
      assertThat(said).as("who held the barrier up").anyMatch(line -> line.startsWith(waitedFor));
    }
  }

  /** What the engine does to prepare a feed, but for the barrier. */
  private static Position slotOnly(RouteRig rig, List<Table> tables) throws SQLException {
    Connector source = new Connector(rig.sourceServer.endpoint(rig.sourceDatabase), "source");
    Connection connection = source.open("test");
    try {
      RouteRig.run(connection, "SET synchronous_commit = local");
      List<TableId> ids = tables.stream().map(Table::id).toList();
      new Publication(FeedName.of(rig.route.id())).publish(connection, ids);
      return new ReplicationSlot(source, FeedName.of(rig.route.id()))
          .create(connection, line -> {});
    } finally {
      Connector.abort(connection);
    }
  }

  private static void copyReleaseAndFollow(RouteRig rig, List<Table> tables) throws SQLException {
    rig.route.target().journal().startFeed(rig.lease.epoch(), rig.position);
    rig.copy(tables, 1_000_000);
    standbys(rig.sourceServer, "");
    RouteRig.run(rig.onSource, "INSERT INTO t VALUES (4)");
    rig.follow(rig.route.source().mark());
  }

  /**
   * The transaction that inserts 3 and waits for a standby that does not exist, and the two before
   * it that lead the slot's creation through its phases.
   */
  private static final class Stuck {
    private final RouteRig rig;
    private final FutureTask<Boolean> inserting;
    private final Connection session;

    Stuck(RouteRig rig) throws SQLException {
      this.rig = rig;
      this.session = rig.sourceServer.connect(rig.sourceDatabase);
      this.inserting =
          new FutureTask<>(() -> {
            RouteRig.run(session, "INSERT INTO t VALUES (3)");
            return true;
          });
    }

    String pid() throws SQLException {
      return RouteRig.text(
          rig.onSource, "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
    }

    /** Returns when the slot is complete and the transaction is stuck, its commit written. */
    FutureTask<Position> whileCreating(Callable<Position> creation) throws SQLException {
      standbys(rig.sourceServer, "ghost");
      FutureTask<Position> creating = new FutureTask<>(creation);
      try (Connection first = rig.sourceServer.connect(rig.sourceDatabase);
          Connection second = rig.sourceServer.connect(rig.sourceDatabase)) {
        String one = open(first);
        Thread.ofPlatform().start(creating);
        awaitWaiterFor(one);
        String two = open(second);
        first.rollback();
        awaitWaiterFor(two);
        Thread.ofPlatform().start(inserting);
        awaitOne("pg_stat_activity WHERE wait_event = 'SyncRep'");
        second.rollback();
        awaitOne("pg_replication_slots WHERE confirmed_flush_lsn IS NOT NULL");
      }
      assertThat(inserting.isDone()).isFalse();
      return creating;
    }

    void finish() throws Exception {
      assertThat(inserting.get()).isTrue();
      session.close();
    }

    private static String open(Connection connection) throws SQLException {
      connection.setAutoCommit(false);
      return RouteRig.text(connection, "SELECT pg_current_xact_id()::xid");
    }

    private void awaitWaiterFor(String xid) {
      awaitOne("pg_locks WHERE NOT granted AND transactionid::text = '" + xid + "'");
    }

    private void awaitOne(String what) {
      await()
          .atMost(PATIENCE)
          .until(() -> RouteRig.text(rig.onSource, "SELECT count(*) FROM " + what).equals("1"));
    }
  }

  private static String ids(Connection connection) throws SQLException {
    return RouteRig.text(connection, "SELECT string_agg(id::text, ',' ORDER BY id) FROM t");
  }

  private static void standbys(PostgresServer server, String names) throws SQLException {
    server.execute("postgres", "ALTER SYSTEM SET synchronous_standby_names = '" + names + "'");
    server.execute("postgres", "SELECT pg_reload_conf()");
  }
}
