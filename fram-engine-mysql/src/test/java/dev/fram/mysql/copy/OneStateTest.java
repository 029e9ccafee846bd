// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.Fence;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Secret;
import dev.fram.api.model.Table;
import dev.fram.mysql.connection.Connector;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * All tables from one state and one position (ALGORITHMS B2, M-global), while transactions move
 * amounts from one table to another.
 */
@Timeout(180)
final class OneStateTest {
  private static final int ROUNDS = 4;
  private static final String SUM =
      "SELECT (SELECT SUM(n) FROM one) + (SELECT SUM(n) FROM two) + (SELECT SUM(n) FROM heap)";

  /** Who may lock what. */
  enum Login {
    ADMINISTRATOR,
    MAY_LOCK_TABLES_ONLY
  }

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void tablesFitTogether(MySqlVersion version) throws Exception {
    try (MySqlServer from = MySqlServer.plan(version).start();
        MySqlServer to = MySqlServer.plan(version).start();
        CopyRig rig = new CopyRig(from, to)) {
      rig.both(
          "CREATE TABLE one (id INT PRIMARY KEY, n INT)",
          "CREATE TABLE two (id INT PRIMARY KEY, n INT)",
          "CREATE TABLE heap (id INT, n INT)");
      rig.source(
          "INSERT INTO one VALUES (1, 100), (2, 100)",
          "INSERT INTO two VALUES (1, 100)",
          "INSERT INTO heap VALUES (1, 0)");
      AtomicBoolean stop = new AtomicBoolean();
      List<Thread> writers = new ArrayList<>();
      for (int i = 1; i <= 2; i++) {
        int row = i;
        writers.add(Thread.ofPlatform().start(() -> move(from, row, stop)));
      }
      try {
        for (Login login : Login.values()) {
          for (int i = 0; i < ROUNDS; i++) {
            assertThat(copied(rig, login)).isEqualTo(300);
          }
        }
      } finally {
        stop.set(true);
        for (Thread writer : writers) {
          writer.join();
        }
      }
    }
  }

  private static void move(MySqlServer from, int row, AtomicBoolean stop) {
    try (Connection connection = from.connect(CopyRig.DATABASE);
        Statement sql = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (int i = 0; !stop.get(); i++) {
        sql.execute("UPDATE one SET n = n - 1 WHERE id = " + row);
        sql.execute("UPDATE " + (i % 2 == 0 ? "two" : "heap") + " SET n = n + 1");
        connection.commit();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Copies the tables one after the other, and says what they hold together on the target. */
  private static long copied(CopyRig rig, Login login) throws SQLException {
    List<Table> tables = new ArrayList<>();
    for (String name : List.of("one", "two", "heap")) {
      tables.add(rig.table(name, Optional.of("all")));
      rig.copier.empty(CopyRig.id(name));
    }
    try (MySqlSnapshot snapshot = snapshot(rig, login, tables)) {
      Fence fence = snapshot.fence(CopyRig.id("one"));
      assertThat(fence).isInstanceOf(Fence.Exact.class);
      for (Table table : tables) {
        assertThat(snapshot.fence(table.id())).isEqualTo(fence);
        for (Chunk chunk : snapshot.chunks(table, 1 << 20)) {
          rig.copier.copy(chunk, snapshot, bytes -> {});
        }
      }
    }
    return Long.parseLong(rig.to.value(CopyRig.DATABASE, SUM).orElseThrow());
  }

  private static MySqlSnapshot snapshot(CopyRig rig, Login login, List<Table> tables)
      throws SQLException {
    return switch (login) {
      case ADMINISTRATOR -> rig.snapshot(SnapshotLock.SERVER, tables);
      case MAY_LOCK_TABLES_ONLY ->
          MySqlSnapshot.open(
              weak(rig.from), rig.catalog, tables, SnapshotLock.SERVER, new Random(4));
    };
  }

  private static Connector weak(MySqlServer server) throws SQLException {
    server.execute("", "CREATE USER IF NOT EXISTS weak IDENTIFIED BY 'pw'");
    server.execute("", "GRANT SELECT, LOCK TABLES ON shop.* TO weak");
    server.execute("", "GRANT REPLICATION CLIENT, PROCESS ON *.* TO weak");
    Endpoint root = server.endpoint("");
    return new Connector(
        new Endpoint(
            root.scheme(),
            root.host(),
            root.port(),
            "weak",
            "",
            Map.of("ssl-mode", "DISABLED"),
            Optional.of(new Secret("pw"))),
        "source");
  }

  /**
   * A transaction that stays open keeps the lock on a table waiting: it is given up and tried
   * again, so that those who come behind it wait no longer than one try.
   */
  @Test
  void aTransactionThatStaysOpenIsWaitedForAndOthersHardlyAre() throws Exception {
    try (MySqlServer server = MySqlServer.plan(MySqlVersion.V8_0).start();
        CopyRig rig = new CopyRig(server, server);
        Connection open = server.connect(CopyRig.DATABASE);
        Connection other = server.connect(CopyRig.DATABASE);
        Statement held = open.createStatement();
        Statement later = other.createStatement()) {
      rig.source("CREATE TABLE heap (id INT, n INT)");
      open.setAutoCommit(false);
      held.execute("INSERT INTO heap VALUES (1, 1)");
      Table heap = rig.table("heap", Optional.empty());
      CompletableFuture<MySqlSnapshot> opening =
          CompletableFuture.supplyAsync(() -> rig.snapshot(heap));
      long longest = 0;
      for (long begun = System.nanoTime(); seconds(begun) < 5; ) {
        long before = System.nanoTime();
        later.execute("INSERT INTO heap VALUES (2, 2)");
        longest = Math.max(longest, seconds(before));
      }
      assertThat(opening).isNotDone();
      assertThat(longest).isLessThanOrEqualTo(4);
      open.commit();
      opening.get(30, TimeUnit.SECONDS).close();
    }
  }

  private static long seconds(long since) {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since);
  }

  /** A statement that runs for long would make the lock, and everybody behind it, wait. */
  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void waitsWhileAStatementRunsForLong(MySqlVersion version) throws Exception {
    try (MySqlServer server = MySqlServer.plan(version).start();
        Connection reader = server.connect("");
        Statement sleeping = reader.createStatement();
        Connection holder = new Connector(server.endpoint(""), "source").open("test")) {
      Thread sleeper = Thread.ofPlatform().start(() -> sleep(sleeping));
      await().until(() -> !SnapshotLock.SERVER.take(holder, List.of()));
      sleeping.cancel();
      sleeper.join();
      await().until(() -> SnapshotLock.SERVER.take(holder, List.of()));
    }
  }

  private static void sleep(Statement sql) {
    try {
      sql.execute("SELECT SLEEP(100)");
    } catch (SQLException cancelled) {
      // As it should be.
    }
  }
}
