// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.ChunkCopier;
import dev.fram.api.engine.Snapshot;
import dev.fram.api.engine.TableState;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.postgresql.apply.Servers;
import dev.fram.postgresql.feed.KeyRange;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Rows that move between key chunks and leave a value out of line untouched (ALGORITHMS I.12): the
 * log does not send the value, and the chunk it came from may never have had it.
 */
class ChunkMovesTest {
  private static final PostgresServer SERVER = Servers.of(PostgresVersion.V15);
  private static final int ROWS = 300;

  private static final String DDL =
      """
      CREATE TABLE doc (id int PRIMARY KEY, n int NOT NULL, body text NOT NULL, extra text);
      ALTER TABLE doc ALTER body SET STORAGE EXTERNAL, ALTER extra SET STORAGE EXTERNAL;
      INSERT INTO doc SELECT i * 10, 0, repeat(md5(i::text), 150), repeat(md5((-i)::text), 100)
        FROM generate_series(1, 300) i;
      ANALYZE doc
      """;

  @ParameterizedTest
  @EnumSource(
      value = PostgresVersion.class,
      names = {"V15", "V18"})
  void aMoveIntoAChunkThatWasCopiedBeforeIsMadeGoodByThatChunkAlone(PostgresVersion version)
      throws SQLException {
    PostgresServer server = Servers.of(version);
    try (RouteRig rig = new RouteRig(server, server, DDL)) {
      Table doc = rig.prepare().getFirst();
      List<Chunk> chunks = cut(rig, doc);
      Map<Integer, String> fences = new TreeMap<>();
      try (ChunkCopier copier = rig.route.copier(rig.lease.epoch())) {
        copy(rig, doc, copier, chunks.getLast());
        RouteRig.run(rig.onSource, "UPDATE doc SET id = 2995 WHERE id = 10");
        for (Chunk chunk : chunks.subList(0, chunks.size() - 1)) {
          copy(rig, doc, copier, chunk);
        }
      }
      copied(rig, doc);
      fences.putAll(fences(rig));
      follow(rig);
      PostgresRouteTest.sameDigests(rig, List.of(doc));
      Map<Integer, String> now = fences(rig);
      int last = chunks.getLast().number();
      assertThat(now.get(last)).isNotEqualTo(fences.get(last));
      now.remove(last);
      fences.remove(last);
      assertThat(now).as("other chunks are left alone").isEqualTo(fences);
    }
  }

  /** Between the position and the new snapshot a row moves out of the chunk that is copied anew. */
  @Test
  void aMoveOutOfAChunkThatIsCopiedAgainIsMadeGoodToo() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, DDL)) {
      Table doc = rig.prepare().getFirst();
      List<Chunk> chunks = cut(rig, doc);
      try (ChunkCopier copier = rig.route.copier(rig.lease.epoch())) {
        copy(rig, doc, copier, chunks.getLast());
        RouteRig.run(rig.onSource, "UPDATE doc SET id = 2995 WHERE id = 10");
        for (Chunk chunk : chunks.subList(0, chunks.size() - 1)) {
          copy(rig, doc, copier, chunk);
        }
      }
      copied(rig, doc);
      RouteRig.run(rig.onSource, "UPDATE doc SET id = 11 WHERE id = 2990");
      RouteRig.run(rig.onSource, "UPDATE doc SET id = 12, body = 'new' WHERE id = 2980");
      RouteRig.run(rig.onSource, "UPDATE doc SET id = 2991 WHERE id = 20");
      follow(rig);
      PostgresRouteTest.sameDigests(rig, List.of(doc));
    }
  }

  @Test
  void aTableThatIsEmptiedBetweenItsChunksIsCopiedAgain() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, DDL)) {
      Table doc = rig.prepare().getFirst();
      List<Chunk> chunks = cut(rig, doc);
      try (ChunkCopier copier = rig.route.copier(rig.lease.epoch())) {
        for (Chunk chunk : chunks) {
          if (chunk.number() == 1) {
            RouteRig.run(rig.onSource, "TRUNCATE doc; INSERT INTO doc VALUES (1500, 1, 'b', 'e')");
          }
          copy(rig, doc, copier, chunk);
        }
      }
      copied(rig, doc);
      RouteRig.run(rig.onSource, "INSERT INTO doc VALUES (15, 1, 'b', 'e')");
      follow(rig);
      PostgresRouteTest.sameDigests(rig, List.of(doc));
    }
  }

  /** Rows move in both directions all the time, also while chunks are copied again. */
  @ParameterizedTest
  @EnumSource(
      value = PostgresVersion.class,
      names = {"V15", "V18"})
  void randomMovesInBothDirectionsEndInTheSameRows(PostgresVersion version) throws Exception {
    PostgresServer server = Servers.of(version);
    int again = 0;
    for (int seed = 1; seed <= 3; seed++) {
      try (RouteRig rig = new RouteRig(server, server, DDL);
          Moves moves = new Moves(server, rig.sourceDatabase, seed)) {
        Table doc = rig.prepare().getFirst();
        moves.start();
        copyUnderLoad(rig, doc, seed);
        again += follow(rig);
        moves.stop();
        again += follow(rig);
        PostgresRouteTest.sameDigests(rig, List.of(doc));
      }
    }
    assertThat(again).as("copies that had to be made good").isPositive();
  }

  /** What a kill -9 of Fram leaves on the servers: sessions that end wherever they are. */
  @Test
  void whateverEndsWhileAChunkIsCopiedAgainIsDoneAgain() throws Exception {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, DDL);
        Moves moves = new Moves(SERVER, rig.sourceDatabase, 9)) {
      Table doc = rig.prepare().getFirst();
      moves.start();
      copyUnderLoad(rig, doc, 9);
      Thread killer = Thread.ofPlatform().start(() -> kill(rig));
      do {
        follow(rig);
      } while (killer.isAlive());
      moves.stop();
      follow(rig);
      PostgresRouteTest.sameDigests(rig, List.of(doc));
    }
  }

  private static void kill(RouteRig rig) {
    Random random = new Random(4);
    try (Connection killer = SERVER.connect("postgres")) {
      for (int i = 0; i < 12; i++) {
        RouteRig.run(killer, "SELECT pg_sleep(" + random.nextDouble(0.05, 0.4) + ")");
        RouteRig.run(
            killer,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('"
                + rig.sourceDatabase
                + "', '"
                + rig.targetDatabase
                + "') AND application_name IN ('fram copy', 'fram snapshot', 'fram apply')");
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void copyUnderLoad(RouteRig rig, Table doc, int seed) throws SQLException {
    List<Chunk> chunks = new ArrayList<>(cut(rig, doc));
    Collections.shuffle(chunks, new Random(seed));
    try (ChunkCopier copier = rig.route.copier(rig.lease.epoch())) {
      for (Chunk chunk : chunks) {
        copy(rig, doc, copier, chunk);
        RouteRig.run(rig.onSource, "SELECT pg_sleep(0.05)");
      }
    }
    copied(rig, doc);
  }

  private static List<Chunk> cut(RouteRig rig, Table doc) {
    List<Chunk> chunks = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Optional<String> from = i == 0 ? Optional.empty() : Optional.of("" + 750 * i);
      Optional<String> to = i == 3 ? Optional.empty() : Optional.of("" + 750 * (i + 1));
      String range = new KeyRange("id", "int4", from, to).text();
      chunks.add(new Chunk(doc.id(), i, 4, range, Chunk.Kind.KEY));
    }
    rig.route.target().journal().saveKeyChunks(rig.lease.epoch(), doc.id(), chunks);
    return chunks;
  }

  private static void copy(RouteRig rig, Table doc, ChunkCopier copier, Chunk chunk) {
    try (Snapshot snapshot = rig.route.source().snapshot(List.of(doc))) {
      copier.copy(chunk, snapshot, bytes -> {});
    }
  }

  private static void copied(RouteRig rig, Table doc) {
    rig.route
        .target()
        .journal()
        .saveTable(
            rig.lease.epoch(),
            new TableState(
                doc.id(),
                TableState.Stage.READY_TO_FOLLOW,
                Optional.empty(),
                Optional.of(rig.route.source().fingerprints().get(doc.id())),
                ROWS,
                0));
    rig.buildIndexes(List.of(doc));
  }

  private static Map<Integer, String> fences(RouteRig rig) throws SQLException {
    Map<Integer, String> fences = new TreeMap<>();
    try (var statement = rig.onTarget.createStatement();
        var rows = statement.executeQuery("SELECT number, fence FROM fram.chunk_done")) {
      while (rows.next()) {
        fences.put(rows.getInt(1), rows.getString(2));
      }
    }
    return fences;
  }

  /** As the core does: whatever passes is tried again, from the position on the target. */
  private static int follow(RouteRig rig) {
    Position until = rig.route.source().mark();
    int again = 0;
    for (int i = 0; i < 400; i++) {
      try {
        rig.position = rig.route.target().journal().feedPosition().orElseThrow();
        rig.follow(until);
        return again;
      } catch (FramException e) {
        assertThat(e.category()).as(e.getMessage()).isEqualTo(ErrorCategory.TRANSIENT);
        again += e.code() == ErrorCode.SNAPSHOT_BROKEN ? 1 : 0;
      }
    }
    throw new AssertionError("the feed does not get on");
  }

  /** Moves rows about, some with a new value, several in one transaction, some rolled back. */
  private static final class Moves implements AutoCloseable {
    private final Connection connection;
    private final Random random;
    private final AtomicBoolean on = new AtomicBoolean(true);
    private final AtomicReference<Optional<SQLException>> problem =
        new AtomicReference<>(Optional.empty());
    private Optional<Thread> thread = Optional.empty();

    Moves(PostgresServer server, String database, int seed) throws SQLException {
      connection = server.connect(database);
      connection.setAutoCommit(false);
      random = new Random(seed);
    }

    void start() {
      thread = Optional.of(Thread.ofPlatform().start(this::run));
    }

    void stop() throws InterruptedException, SQLException {
      on.set(false);
      if (thread.isPresent()) {
        thread.get().join();
      }
      if (problem.get().isPresent()) {
        throw problem.get().get();
      }
    }

    private void run() {
      try {
        while (on.get()) {
          int changes = 1 + random.nextInt(4);
          for (int i = 0; i < changes; i++) {
            RouteRig.run(connection, change());
          }
          if (random.nextInt(10) == 0) {
            connection.rollback();
          } else {
            connection.commit();
          }
          RouteRig.run(connection, "SELECT pg_sleep(0.002)");
        }
      } catch (SQLException e) {
        problem.set(Optional.of(e));
      }
    }

    private String change() {
      String one =
          " WHERE id = (SELECT id FROM doc WHERE id >= " + random.nextInt(3000) + " LIMIT 1)";
      String free =
          "(SELECT i FROM generate_series("
              + random.nextInt(3000)
              + ", 4000) i WHERE i NOT IN (SELECT id FROM doc) LIMIT 1)";
      return switch (random.nextInt(8)) {
        case 0 -> "UPDATE doc SET n = n + 1" + one;
        case 1 -> "UPDATE doc SET body = repeat(md5(random()::text), 150)" + one;
        case 2 -> "DELETE FROM doc" + one;
        case 3 -> "INSERT INTO doc VALUES (" + free + ", 0, repeat(md5(random()::text), 150))";
        case 4 -> "UPDATE doc SET id = " + free + ", extra = 'other'" + one;
        default -> "UPDATE doc SET id = " + free + one;
      };
    }

    @Override
    public void close() throws SQLException {
      on.set(false);
      connection.close();
    }
  }
}
