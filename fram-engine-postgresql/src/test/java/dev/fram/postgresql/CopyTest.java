// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.ChunkCopier;
import dev.fram.api.engine.CopiedChunk;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.Snapshot;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Scope;
import dev.fram.api.model.Table;
import dev.fram.postgresql.apply.Servers;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a snapshot vouches for, and what it does not (ALGORITHMS A2). */
class CopyTest {
  private static final PostgresServer SERVER = Servers.of(PostgresVersion.V15);
  private static final String BIG =
      "CREATE TABLE big (id int PRIMARY KEY, v text); CREATE INDEX big_v ON big (v);"
          + " INSERT INTO big SELECT i, repeat('x', 100) FROM generate_series(1, 20000) i";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "VACUUM FULL big",
        "CLUSTER big USING big_v",
        "TRUNCATE big",
        "ALTER TABLE big ALTER id TYPE bigint"
      })
  void aRewriteBetweenTwoChunksVoidsTheCopy(String rewrite) throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, BIG)) {
      List<Table> tables = rig.prepare();
      Table big = tables.getFirst();
      try (Snapshot snapshot = rig.route.source().snapshot(tables);
          ChunkCopier copier = rig.route.copier(rig.lease.epoch())) {
        List<Chunk> chunks = snapshot.chunks(big, 500_000);
        assertThat(chunks.size()).isGreaterThan(2);
        copier.copy(chunks.get(0), snapshot, bytes -> {});
        RouteRig.run(rig.onSource, rewrite);
        assertCode(
            () -> copier.copy(chunks.get(1), snapshot, bytes -> {}), ErrorCode.SNAPSHOT_BROKEN);
        assertCode(() -> snapshot.verifyPinned(big.id()), ErrorCode.SNAPSHOT_BROKEN);
      }
    }
  }

  @Test
  void aColumnWithAConstantDefaultVoidsNothing() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, BIG)) {
      List<Table> tables = rig.prepare();
      try (Snapshot snapshot = rig.route.source().snapshot(tables);
          ChunkCopier copier = rig.route.copier(rig.lease.epoch())) {
        RouteRig.run(rig.onSource, "ALTER TABLE big ADD n int DEFAULT 7");
        long rows = 0;
        for (Chunk chunk : snapshot.chunks(tables.getFirst(), 500_000)) {
          rows += copier.copy(chunk, snapshot, bytes -> {}).rows();
        }
        snapshot.verifyPinned(tables.getFirst().id());
        assertThat(rows).isEqualTo(20_000);
      }
    }
  }

  @Test
  void keyChunksHaveASnapshotEachAndAreCopiedOnce() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, BIG)) {
      List<Table> tables = rig.prepare();
      Table big = tables.getFirst();
      List<Chunk> cut = rig.route.source().keyChunks(big, 500_000);
      assertThat(cut.size()).isGreaterThan(2);
      rig.route.target().journal().saveKeyChunks(rig.lease.epoch(), big.id(), cut);
      try (ChunkCopier copier = rig.route.copier(rig.lease.epoch())) {
        copier.empty(big.id());
        for (Chunk chunk : rig.route.target().journal().keyChunks(big.id())) {
          RouteRig.run(
              rig.onSource, "UPDATE big SET v = v || 'y' WHERE id % 100 = " + chunk.number());
          try (Snapshot snapshot = rig.route.source().snapshot(List.of(big))) {
            CopiedChunk copied = copier.copy(chunk, snapshot, bytes -> {});
            assertThat(copier.copy(chunk, snapshot, bytes -> {})).isEqualTo(copied);
          }
        }
      }
      assertThat(rig.route.target().journal().copiedChunks(big.id())).hasSize(cut.size());
      rig.follow(rig.route.source().mark());
      PostgresRouteTest.sameDigests(rig, tables);
    }
  }

  /**
   * Two key chunks are read at two times: a value that moves from one row to another in between
   * would be on the target twice until the feed is applied, and no unique index can be built.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE UNIQUE INDEX ON big (u)",
        "ALTER TABLE big ADD CONSTRAINT apart EXCLUDE (u WITH =)"
      })
  void aValueThatMovesBetweenRowsIsNeverThereTwice(String index) throws SQLException {
    String ddl = BIG + "; ALTER TABLE big ADD u int; UPDATE big SET u = id; " + index;
    try (RouteRig rig = new RouteRig(SERVER, SERVER, ddl)) {
      List<Table> tables = rig.prepare();
      Table big = tables.getFirst();
      List<Chunk> cut = rig.route.source().keyChunks(big, 500_000);
      if (cut.isEmpty()) {
        rig.copy(tables, 500_000);
        RouteRig.run(rig.onSource, "UPDATE big SET u = -u WHERE id = 1");
        RouteRig.run(rig.onSource, "UPDATE big SET u = 1 WHERE id = 20000");
      } else {
        copyWhileAValueMoves(rig, big, cut);
      }
      rig.buildIndexes(tables);
      rig.follow(rig.route.source().mark());
      PostgresRouteTest.sameDigests(rig, tables);
      assertThat(cut).as("a table that may not be cut by its key").isEmpty();
    }
  }

  private static void copyWhileAValueMoves(RouteRig rig, Table big, List<Chunk> cut)
      throws SQLException {
    rig.route.target().journal().saveKeyChunks(rig.lease.epoch(), big.id(), cut);
    try (ChunkCopier copier = rig.route.copier(rig.lease.epoch())) {
      copier.empty(big.id());
      for (Chunk chunk : cut) {
        if (chunk.number() == 1) {
          RouteRig.run(rig.onSource, "UPDATE big SET u = -u WHERE id = 1");
          RouteRig.run(rig.onSource, "UPDATE big SET u = 1 WHERE id = 20000");
        }
        try (Snapshot snapshot = rig.route.source().snapshot(List.of(big))) {
          copier.copy(chunk, snapshot, bytes -> {});
        }
      }
    }
  }

  /** What it had read when another run took over must not arrive behind that run's back. */
  @Test
  void aCopierThatWasOvertakenCommitsNothing() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, BIG)) {
      List<Table> tables = rig.prepare();
      Table big = tables.getFirst();
      try (Snapshot snapshot = rig.route.source().snapshot(tables);
          ChunkCopier copier = rig.route.copier(rig.lease.epoch())) {
        copier.empty(big.id());
        rig.lease.close();
        await().until(() -> rig.route.target().lease("second").isPresent());
        Chunk first = snapshot.chunks(big, 500_000).getFirst();
        assertCode(() -> copier.copy(first, snapshot, bytes -> {}), ErrorCode.FENCED);
        assertThat(RouteRig.text(rig.onTarget, "SELECT count(*) FROM big")).isEqualTo("0");
      }
    }
  }

  /** Guard G5: published, such a table would break the application's own UPDATE. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE t (id int)",
        "CREATE TABLE t (id int PRIMARY KEY DEFERRABLE)",
        "CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t REPLICA IDENTITY NOTHING"
      })
  void aTableWithoutAnIdentityIsNotPublished(String ddl) throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, ddl + "; INSERT INTO t VALUES (1)")) {
      assertCode(rig::prepare, ErrorCode.UNSUPPORTED);
      RouteRig.run(rig.onSource, "UPDATE t SET id = 2");
    }
  }

  @Test
  void aStandbyIsRefused() throws SQLException {
    try (PostgresServer primary = PostgresServer.plan(PostgresVersion.V15).start();
        PostgresServer standby = PostgresServer.standbyOf(primary)) {
      try (RouteRig rig = new RouteRig(primary, primary, BIG)) {
        List<Table> tables = rig.route.source().tables();
        var request =
            new RouteRequest(
                standby.endpoint(rig.sourceDatabase),
                primary.endpoint(rig.targetDatabase),
                Scope.all(),
                Set.of());
        await()
            .atMost(Duration.ofSeconds(30))
            .ignoreExceptions()
            .untilAsserted(() -> {
              try (var route = new PostgresEngine().open(request)) {
                assertCode(() -> route.source().snapshot(tables), ErrorCode.UNSUPPORTED);
              }
            });
      }
    }
  }

  static void assertCode(Runnable call, ErrorCode code) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(FramException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
