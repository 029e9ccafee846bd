// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.ChunkCopier;
import dev.fram.api.engine.Snapshot;
import dev.fram.api.model.Table;
import dev.fram.postgresql.apply.Servers;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Transactions that are open while the slot is made, a snapshot is taken and rows are copied:
 * prepared ones (ALGORITHMS I.10), and ones with more subtransactions than the server keeps in its
 * list of what is running (I.11).
 */
class OpenTransactionsTest {
  private static final String TABLE =
      "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, v text);"
          + " INSERT INTO t SELECT i, 0, repeat('x', 100) FROM generate_series(1, 6000) i";
  private static final int CHUNK_BYTES = 200_000;

  private enum Way {
    STORAGE,
    KEY
  }

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void aPreparedOneIsWaitedForAndNamedWhileTheSlotIsMade(PostgresVersion version) throws Exception {
    PostgresServer server = Servers.of(version);
    try (RouteRig rig = new RouteRig(server, server, TABLE)) {
      String kept = rig.sourceDatabase + " kept";
      String undone = rig.sourceDatabase + " undone";
      rig.route.schema().createTables(rig.lease.epoch(), line -> {});
      List<Table> tables = rig.route.source().tables();
      prepare(rig, kept, "INSERT INTO t VALUES (-1); UPDATE t SET n = 1 WHERE id = 1");
      prepare(rig, undone, "INSERT INTO t VALUES (-2); UPDATE t SET n = 2 WHERE id = 2");
      Queue<String> said = new ConcurrentLinkedQueue<>();
      FutureTask<Position> preparing =
          new FutureTask<>(
              () -> rig.route.source().prepareFeed(tables, Optional.empty(), said::add));
      Thread.ofPlatform().start(preparing);
      for (String gid : List.of(kept, undone)) {
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> said.stream().anyMatch(line -> line.contains("'" + gid + "'")));
        assertThat(preparing.isDone()).isFalse();
        RouteRig.run(rig.onSource, (gid.equals(kept) ? "COMMIT" : "ROLLBACK") + named(gid));
        said.clear();
      }
      rig.position = preparing.get(60, TimeUnit.SECONDS);
      rig.route.target().journal().startFeed(rig.lease.epoch(), rig.position);
      rig.copy(tables, CHUNK_BYTES);
      rig.follow(rig.route.source().mark());
      PostgresRouteTest.sameDigests(rig, tables);
      assertThat(
              RouteRig.text(rig.onTarget, "SELECT string_agg(id::text, ',') FROM t WHERE id < 0"))
          .isEqualTo("-1");
    }
  }

  @ParameterizedTest
  @CsvSource({"V15, STORAGE", "V15, KEY", "V18, STORAGE", "V18, KEY"})
  void aPreparedOneThatOutlivesTheCopyArrivesWhenItCommits(PostgresVersion version, Way way)
      throws SQLException {
    PostgresServer server = Servers.of(version);
    try (RouteRig rig = new RouteRig(server, server, TABLE)) {
      List<Table> tables = rig.prepare();
      String before = rig.sourceDatabase + " before";
      String within = rig.sourceDatabase + " within";
      String after = rig.sourceDatabase + " after";
      String never = rig.sourceDatabase + " never";
      prepare(rig, before, "INSERT INTO t VALUES (-1); UPDATE t SET n = 1 WHERE id % 100 = 1");
      prepare(rig, within, "INSERT INTO t VALUES (-2); UPDATE t SET n = 2 WHERE id % 100 = 2");
      prepare(rig, after, "INSERT INTO t VALUES (-3); UPDATE t SET n = 3 WHERE id % 100 = 3");
      prepare(rig, never, "INSERT INTO t VALUES (-4); UPDATE t SET n = 4 WHERE id % 100 = 4");
      RouteRig.run(rig.onSource, "COMMIT" + named(before));
      copy(
          rig,
          tables.getFirst(),
          way,
          new Meanwhile() {
            @Override
            public void taken(int number) throws SQLException {
              if (number == 0) {
                RouteRig.run(rig.onSource, "COMMIT" + named(within));
              }
            }
          });
      rig.follow(rig.route.source().mark());
      PostgresRouteTest.sameDigests(rig, tables);
      RouteRig.run(rig.onSource, "COMMIT" + named(after));
      RouteRig.run(rig.onSource, "ROLLBACK" + named(never));
      rig.follow(rig.route.source().mark());
      PostgresRouteTest.sameDigests(rig, tables);
      assertThat(
              RouteRig.text(
                  rig.onTarget, "SELECT string_agg(id::text, ',' ORDER BY id) FROM t WHERE id < 0"))
          .isEqualTo("-3,-2,-1");
    }
  }

  @ParameterizedTest
  @CsvSource({"V15, STORAGE", "V15, KEY", "V18, STORAGE", "V18, KEY"})
  void moreSubtransactionsThanTheServerLists(PostgresVersion version, Way way) throws SQLException {
    PostgresServer server = Servers.of(version);
    try (RouteRig rig = new RouteRig(server, server, TABLE);
        Connection application = server.connect(rig.sourceDatabase)) {
      application.setAutoCommit(false);
      List<Table> tables = rig.prepare();
      subtransactions(application, 0, 200);
      application.commit();
      copy(
          rig,
          tables.getFirst(),
          way,
          new Meanwhile() {
            @Override
            public void before(int number) throws SQLException {
              subtransactions(application, 0, 100);
            }

            @Override
            public void taken(int number) throws SQLException {
              subtransactions(application, 100, 200);
              if (number % 3 == 2) {
                application.rollback();
              } else {
                application.commit();
              }
            }
          });
      subtransactions(application, 0, 200);
      application.commit();
      rig.follow(rig.route.source().mark());
      PostgresRouteTest.sameDigests(rig, tables);
    }
  }

  /** Over the whole table, so that every chunk has a part of it; some are taken back mid-way. */
  private static void subtransactions(Connection application, int from, int to)
      throws SQLException {
    StringBuilder script = new StringBuilder();
    for (int i = from; i < to; i++) {
      script.append("SAVEPOINT s").append(i);
      script.append("; UPDATE t SET n = n + 1 WHERE id = ").append(1 + 29 * i);
      script.append("; INSERT INTO t (id) SELECT max(id) + 1 FROM t; ");
      if (i % 50 == 49) {
        script.append("ROLLBACK TO s").append(i - 20).append("; ");
      }
    }
    RouteRig.run(application, script.toString());
  }

  /** What the application does around the snapshots. */
  private interface Meanwhile {
    default void before(int number) throws SQLException {}

    /** A snapshot was taken; nothing was copied under it yet. */
    void taken(int number) throws SQLException;
  }

  private static void copy(RouteRig rig, Table table, Way way, Meanwhile meanwhile)
      throws SQLException {
    switch (way) {
      case STORAGE -> copyByStorage(rig, table, meanwhile);
      case KEY -> copyByKey(rig, table, meanwhile);
    }
  }

  private static void copyByStorage(RouteRig rig, Table table, Meanwhile meanwhile)
      throws SQLException {
    meanwhile.before(0);
    try (Snapshot snapshot = rig.route.source().snapshot(List.of(table));
        ChunkCopier copier = rig.route.copier(rig.lease.epoch())) {
      meanwhile.taken(0);
      copier.empty(table.id());
      List<Chunk> chunks = snapshot.chunks(table, CHUNK_BYTES);
      assertThat(chunks.size()).isGreaterThan(2);
      for (Chunk chunk : chunks) {
        copier.copy(chunk, snapshot, bytes -> {});
      }
      snapshot.verifyPinned(table.id());
      rig.save(table, snapshot, 0);
    }
  }

  private static void copyByKey(RouteRig rig, Table table, Meanwhile meanwhile)
      throws SQLException {
    List<Chunk> cut = rig.route.source().keyChunks(table, CHUNK_BYTES);
    assertThat(cut.size()).isGreaterThan(2);
    rig.route.target().journal().saveKeyChunks(rig.lease.epoch(), table.id(), cut);
    try (ChunkCopier copier = rig.route.copier(rig.lease.epoch())) {
      copier.empty(table.id());
      for (Chunk chunk : cut) {
        meanwhile.before(chunk.number());
        try (Snapshot snapshot = rig.route.source().snapshot(List.of(table))) {
          meanwhile.taken(chunk.number());
          copier.copy(chunk, snapshot, bytes -> {});
        }
      }
    }
  }

  private static void prepare(RouteRig rig, String gid, String sql) throws SQLException {
    RouteRig.run(rig.onSource, "BEGIN; " + sql + "; PREPARE TRANSACTION '" + gid + "'");
  }

  private static String named(String gid) {
    return " PREPARED '" + gid + "'";
  }
}
