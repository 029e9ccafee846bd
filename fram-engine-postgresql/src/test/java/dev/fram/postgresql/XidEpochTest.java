// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.ChunkCopier;
import dev.fram.api.engine.Snapshot;
import dev.fram.api.model.Table;
import dev.fram.postgresql.apply.Servers;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Transaction ids have 64 bits in a snapshot and 32 in the log (ALGORITHMS A3, I.13): snapshots are
 * taken shortly before the 32 bits are used up, and the feed is read after they began anew.
 */
class XidEpochTest {
  private static final long SECOND_EPOCH = 1L << 32;
  private static final String TABLE =
      "CREATE TABLE t (id int PRIMARY KEY, n int);"
          + " INSERT INTO t SELECT i, 0 FROM generate_series(1, 2000) i";

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void theFeedGoesOnIntoTheNextEpoch(PostgresVersion version) throws Exception {
    try (PostgresServer server =
        PostgresServer.plan(version).setting("autovacuum", "off").start()) {
      XidJump.toTheEndOfTheEpoch(server);
      try (RouteRig rig = new RouteRig(server, Servers.of(version), TABLE);
          Connection before = server.connect(rig.sourceDatabase);
          Connection across = server.connect(rig.sourceDatabase)) {
        List<Table> tables = rig.prepare();
        before.setAutoCommit(false);
        across.setAutoCommit(false);
        assertThat(write(before, 1)).isLessThan(SECOND_EPOCH);
        assertThat(write(across, 2)).isLessThan(SECOND_EPOCH);
        List<Chunk> cut = rig.route.source().keyChunks(tables.getFirst(), 30_000);
        assertThat(cut.size()).isGreaterThan(1);
        rig.route.target().journal().saveKeyChunks(rig.lease.epoch(), tables.getFirst().id(), cut);
        copy(rig, tables.getFirst(), cut.subList(0, 1));
        before.commit();
        assertThat(write(rig.onSource, 3)).isLessThan(SECOND_EPOCH);
        copy(rig, tables.getFirst(), cut.subList(1, cut.size()));
        long xid = 0;
        for (int i = 0; i < 2_000 && xid < SECOND_EPOCH; i++) {
          xid = write(rig.onSource, 4);
        }
        assertThat(xid).isGreaterThanOrEqualTo(SECOND_EPOCH);
        write(across, 5);
        across.commit();
        rig.follow(rig.route.source().mark());
        PostgresRouteTest.sameDigests(rig, tables);
        // A feed that begins in the new epoch, with chunks that were copied in the old one.
        write(rig.onSource, 6);
        rig.follow(rig.route.source().mark());
        PostgresRouteTest.sameDigests(rig, tables);
      }
    }
  }

  private static void copy(RouteRig rig, Table table, List<Chunk> chunks) {
    try (Snapshot snapshot = rig.route.source().snapshot(List.of(table));
        ChunkCopier copier = rig.route.copier(rig.lease.epoch())) {
      chunks.forEach(chunk -> copier.copy(chunk, snapshot, bytes -> {}));
    }
  }

  /** Changes rows all over the table that no other call changes. */
  private static long write(Connection connection, int who) throws Exception {
    RouteRig.run(connection, "UPDATE t SET n = n + 1 WHERE id % 200 = " + who);
    return Long.parseLong(RouteRig.text(connection, "SELECT pg_current_xact_id()::text"));
  }
}
