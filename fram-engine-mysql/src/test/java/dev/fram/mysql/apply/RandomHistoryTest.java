// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.engine.DdlPolicy;
import dev.fram.api.engine.Fence;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * ALGORITHMS B3 with real servers: histories with unique values that are swapped, rows that come
 * back and keys that move from one chunk to another, while a table is copied chunk by chunk; the
 * rest is applied in batches of any size, the unique index comes when the window is over, and what
 * follows is applied strictly.
 */
@Timeout(600)
final class RandomHistoryTest {
  /** More by {@code -Dfram.mysql.histories=500}. */
  private static final int HISTORIES = Integer.getInteger("fram.mysql.histories", 6);

  /** Where a run of many goes on, for those that are run in parts. */
  private static final int FIRST = Integer.getInteger("fram.mysql.histories.first", 0);

  private static final int KEYS = 12;

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void everyHistoryEndsEqual(MySqlVersion version) throws SQLException {
    for (int i = FIRST; i < FIRST + HISTORIES; i++) {
      long seed = 100_000L * version.ordinal() + i;
      try (ApplyRig rig = new ApplyRig(version)) {
        one(rig, new Random(seed));
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  private static void one(ApplyRig rig, Random random) throws SQLException {
    rig.run("CREATE TABLE item (id int PRIMARY KEY, code varchar(10) UNIQUE, n int)");
    rig.target("CREATE TABLE item (id int PRIMARY KEY, code varchar(10), n int)");
    for (int id = 0; id < KEYS; id += 2) {
      rig.run("INSERT INTO item VALUES (" + id + ", 'c" + id + "', 0)");
    }
    BinlogPosition low = rig.now();
    traffic(rig, random);
    for (int chunk = 0; chunk < 3; chunk++) {
      copy(rig, chunk * KEYS / 3, (chunk + 1) * KEYS / 3);
      traffic(rig, random);
    }
    BinlogPosition end = rig.now();
    rig.start(low, new Fence.Fuzzy(low.text()), Optional.of(end));
    MySqlApplier applier = rig.applier(DdlPolicy.ASK);
    applyInPieces(applier, rig.read(), random);
    assertThat(applier.position().covers(end)).isTrue();
    rig.target("ALTER TABLE item ADD UNIQUE KEY code (code)");
    rig.assertSame();
    traffic(rig, random);
    traffic(rig, random);
    applyInPieces(applier, rig.read(), random);
    rig.assertSame();
  }

  /** Each chunk at a moment of its own. */
  private static void copy(ApplyRig rig, int from, int to) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = rig.sourceServer.connect("shop");
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT id, code, n FROM item WHERE id >= " + from + " AND id < " + to)) {
      while (row.next()) {
        rows.add("(" + row.getInt(1) + ", '" + row.getString(2) + "', " + row.getInt(3) + ")");
      }
    }
    if (!rows.isEmpty()) {
      rig.target("INSERT INTO item VALUES " + String.join(", ", rows));
    }
  }

  private static void applyInPieces(MySqlApplier applier, List<FeedEvent> events, Random random) {
    List<FeedEvent> piece = new ArrayList<>();
    for (FeedEvent event : events) {
      piece.add(event);
      boolean ends = ApplyRig.end(event).isPresent();
      if (ends && (random.nextInt(3) == 0 || event == events.getLast())) {
        ApplyRig.apply(applier, piece);
        piece.clear();
      }
    }
  }

  private static void traffic(ApplyRig rig, Random random) throws SQLException {
    for (int i = random.nextInt(8); i >= 0; i--) {
      int a = random.nextInt(KEYS);
      int b = random.nextInt(KEYS);
      switch (random.nextInt(6)) {
        case 0 -> swap(rig, a, b);
        case 1 -> rig.run("UPDATE IGNORE item SET id = " + b + " WHERE id = " + a);
        case 2 -> rig.run("DELETE FROM item WHERE id = " + a);
        case 3 -> rig.run("INSERT IGNORE INTO item VALUES (" + a + ", 'c" + b + "', 1)");
        case 4 -> rig.run("REPLACE INTO item VALUES (" + a + ", 'c" + b + "', 2)");
        default -> rig.run("UPDATE item SET n = n + 1 WHERE id IN (" + a + ", " + b + ")");
      }
    }
  }

  private static void swap(ApplyRig rig, int a, int b) throws SQLException {
    rig.run(
        "START TRANSACTION",
        "SET @a = (SELECT code FROM item WHERE id = " + a + ")",
        "SET @b = (SELECT code FROM item WHERE id = " + b + ")",
        "UPDATE item SET code = 'tmp' WHERE id = " + a + " AND @b IS NOT NULL",
        "UPDATE item SET code = @a WHERE id = " + b + " AND @a IS NOT NULL AND id <> " + a,
        "UPDATE item SET code = @b WHERE id = " + a + " AND @b IS NOT NULL",
        "COMMIT");
  }
}
