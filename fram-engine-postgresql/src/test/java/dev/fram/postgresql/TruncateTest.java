// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.ChunkCopier;
import dev.fram.api.engine.Snapshot;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.model.Table;
import dev.fram.postgresql.apply.Servers;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.SharedSession;
import dev.fram.postgresql.copy.PostgresSnapshot;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.testkit.fault.TcpProxy;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * TRUNCATE is not seen through a snapshot: a copier that comes later finds the table empty, or
 * filled anew, whatever its snapshot says (ALGORITHMS A2 G4, I.7).
 */
class TruncateTest {
  private static final PostgresServer SERVER = Servers.of(PostgresVersion.V15);
  private static final String FIRST =
      """
      CREATE TABLE a (id int PRIMARY KEY, v text);
      CREATE TABLE b (id int PRIMARY KEY, v text);
      CREATE TABLE c (id int PRIMARY KEY, v text);
      INSERT INTO a SELECT i, 'first' FROM generate_series(1, 3000) i;
      INSERT INTO b SELECT * FROM a;
      INSERT INTO c SELECT * FROM a;
      """;
  private static final String REFILL =
      """
      BEGIN;
      UPDATE b SET v = v || '+' WHERE id % 3 = 0;
      TRUNCATE a;
      INSERT INTO a SELECT i, 'again' FROM generate_series(2, 4000, 2) i;
      DELETE FROM c WHERE id % 7 = 0;
      INSERT INTO c SELECT i + 10000, 'new' FROM generate_series(1, 10) i ON CONFLICT DO NOTHING;
      COMMIT;
      """;

  @Test
  void betweenTheLookAndTheSnapshotItVoidsTheCopy() throws Exception {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, FIRST);
        TcpProxy network = TcpProxy.to("127.0.0.1", SERVER.port());
        SharedSession questions =
            new SharedSession(new Connector(SERVER.endpoint(rig.sourceDatabase), "source"), "t7")) {
      List<Table> tables = rig.prepare();
      Table a = tables.getFirst();
      Connector slow = new Connector(network.through(rig.request().source()), "source");
      network.stall();
      CompletableFuture<PostgresSnapshot> taking =
          CompletableFuture.supplyAsync(() ->
              PostgresSnapshot.take(
                  slow, questions, List.of(a), () -> (Lsn) rig.route.source().mark()));
      awaitLooked(rig);
      RouteRig.run(rig.onSource, REFILL);
      network.pass();
      try (PostgresSnapshot snapshot = taking.get(60, TimeUnit.SECONDS)) {
        assertBroken(rig, a, snapshot);
        CopyTest.assertCode(() -> snapshot.verifyPinned(a.id()), ErrorCode.SNAPSHOT_BROKEN);
      } finally {
        slow.closeAll();
      }
      rig.copy(tables, 1_000_000);
      RouteRig.run(rig.onSource, REFILL);
      rig.follow(rig.route.source().mark());
      PostgresRouteTest.sameDigests(rig, tables);
    }
  }

  /** The snapshot is about to be taken when the table's looks have been asked for. */
  private static void awaitLooked(RouteRig rig) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() ->
            RouteRig.text(
                    rig.onSource,
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'fram t7'"
                        + " AND datname = current_database() AND state = 'idle'"
                        + " AND query LIKE '%pg_relation_filenode%'")
                .equals("1"));
  }

  @Test
  void withARefillAndOtherTablesInOneTransaction() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, FIRST);
        Connection application = SERVER.connect(rig.sourceDatabase)) {
      List<Table> tables = rig.prepare();
      try (Snapshot snapshot = rig.route.source().snapshot(tables);
          ChunkCopier copier = rig.route.copier(rig.lease.epoch())) {
        application.setAutoCommit(false);
        RouteRig.run(application, "TRUNCATE a; UPDATE b SET v = 'with it' WHERE id = 5");
        Chunk chunk = snapshot.chunks(tables.getFirst(), 10_000_000).getFirst();
        CopyTest.assertCode(
            () -> copier.copy(chunk, snapshot, bytes -> {}), ErrorCode.LOCK_TIMEOUT);
        application.commit();
        RouteRig.run(rig.onSource, REFILL);
        assertBroken(rig, tables.get(0), snapshot);
        for (Table table : tables.subList(1, 3)) {
          copier.empty(table.id());
          snapshot.chunks(table, 20_000).forEach(each -> copier.copy(each, snapshot, bytes -> {}));
          snapshot.verifyPinned(table.id());
          rig.save(table, snapshot, 0);
        }
      }
      // The same transactions: seen by the new copy of a, not by the older ones of b and c.
      rig.copy(tables.subList(0, 1), 20_000);
      rig.follow(rig.route.source().mark());
      PostgresRouteTest.sameDigests(rig, tables);
      RouteRig.run(rig.onSource, REFILL + REFILL);
      rig.follow(rig.route.source().mark());
      PostgresRouteTest.sameDigests(rig, tables);
    }
  }

  @Test
  void cascadesOverTablesWhoseCopiesHaveSeenDifferentThings() throws SQLException {
    String ddl =
        """
        CREATE TABLE parent (id int PRIMARY KEY);
        CREATE TABLE child (id int PRIMARY KEY, p int NOT NULL REFERENCES parent);
        INSERT INTO parent SELECT generate_series(1, 100);
        INSERT INTO child SELECT i, i FROM generate_series(1, 100) i;
        """;
    String refill =
        """
        BEGIN;
        TRUNCATE parent CASCADE;
        INSERT INTO parent SELECT generate_series(51, 150);
        INSERT INTO child SELECT i, i FROM generate_series(51, 150) i;
        COMMIT;
        """;
    try (RouteRig rig = new RouteRig(SERVER, SERVER, ddl)) {
      List<Table> tables = rig.prepare();
      Table child = tables.get(0);
      Table parent = tables.get(1);
      rig.copy(List.of(parent), 1_000_000);
      RouteRig.run(rig.onSource, refill);
      rig.copy(List.of(child), 1_000_000);
      RouteRig.run(
          rig.onSource, "DELETE FROM child WHERE p < 60; DELETE FROM parent WHERE id < 60");
      rig.buildIndexes(tables);
      rig.follow(rig.route.source().mark());
      PostgresRouteTest.sameDigests(rig, tables);
      rig.route.schema().addConstraints(rig.lease.epoch(), line -> {});
      RouteRig.run(rig.onSource, refill);
      rig.follow(rig.route.source().mark());
      PostgresRouteTest.sameDigests(rig, tables);
    }
  }

  /**
   * Half of the table was read before and half after: neither doing it nor not doing it is right.
   */
  @Test
  void betweenTwoKeyChunksItIsNeverAppliedByGuess() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, FIRST)) {
      List<Table> tables = rig.prepare();
      Table a = tables.getFirst();
      List<Chunk> cut = rig.route.source().keyChunks(a, 20_000);
      assertThat(cut.size()).isGreaterThan(1);
      rig.route.target().journal().saveKeyChunks(rig.lease.epoch(), a.id(), cut);
      try (ChunkCopier copier = rig.route.copier(rig.lease.epoch())) {
        copier.empty(a.id());
        for (Chunk chunk : cut) {
          try (Snapshot snapshot = rig.route.source().snapshot(List.of(a))) {
            copier.copy(chunk, snapshot, bytes -> {});
          }
          if (chunk.number() == 0) {
            RouteRig.run(rig.onSource, REFILL);
          }
        }
      }
      rig.copy(tables.subList(1, 3), 1_000_000);
      CopyTest.assertCode(() -> rig.follow(rig.route.source().mark()), ErrorCode.SNAPSHOT_BROKEN);
    }
  }

  private static void assertBroken(RouteRig rig, Table table, Snapshot snapshot) {
    try (ChunkCopier copier = rig.route.copier(rig.lease.epoch())) {
      Chunk chunk = snapshot.chunks(table, 10_000_000).getFirst();
      CopyTest.assertCode(
          () -> copier.copy(chunk, snapshot, bytes -> {}), ErrorCode.SNAPSHOT_BROKEN);
    }
  }
}
