// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.engine.DdlPolicy;
import dev.fram.mysql.connection.Sql;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Rows whose order counts: tables that hang together by foreign keys that cascade, set NULL and
 * restrict, one of them without a key, and a table without a key beside them. The histories are
 * random and applied in batches of any size; the source does not log what its foreign keys do.
 */
@Timeout(600)
final class OrderedHistoryTest {
  /** More by {@code -Dfram.mysql.histories=500}. */
  private static final int HISTORIES = Integer.getInteger("fram.mysql.histories", 2);

  private static final int FIRST = Integer.getInteger("fram.mysql.histories.first", 0);
  private static final int KEYS = 8;

  private static final String[] TABLES = {
    "CREATE TABLE a (id int PRIMARY KEY, up int, code varchar(9) UNIQUE,"
        + " FOREIGN KEY (up) REFERENCES a (id) ON DELETE SET NULL)",
    "CREATE TABLE b (id int PRIMARY KEY, a int, n int NOT NULL DEFAULT 0,"
        + " FOREIGN KEY (a) REFERENCES a (id) ON DELETE CASCADE ON UPDATE CASCADE)",
    "CREATE TABLE c (b int, nr int, n int, PRIMARY KEY (nr, b), UNIQUE KEY (n),"
        + " FOREIGN KEY (b) REFERENCES b (id) ON DELETE CASCADE)",
    "CREATE TABLE r (id int PRIMARY KEY, a int, FOREIGN KEY (a) REFERENCES a (id))",
    "CREATE TABLE keyless_child (x int, b int,"
        + " FOREIGN KEY (b) REFERENCES b (id) ON DELETE SET NULL)",
    "CREATE TABLE keyless (x int, y int)"
  };

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
    rig.both(TABLES);
    rig.start();
    MySqlApplier applier = rig.applier(DdlPolicy.ASK);
    for (int round = 0; round < 3; round++) {
      traffic(rig, random);
      applyInPieces(applier, rig.read(), random);
      rig.assertSame();
    }
  }

  private static void applyInPieces(MySqlApplier applier, List<FeedEvent> events, Random random) {
    List<FeedEvent> piece = new ArrayList<>();
    int longest = 1 + random.nextInt(20);
    for (FeedEvent event : events) {
      piece.add(event);
      boolean ends = ApplyRig.end(event).isPresent();
      if (ends && (random.nextInt(longest) == 0 || event == events.getLast())) {
        ApplyRig.apply(applier, piece);
        piece.clear();
      }
    }
  }

  private static void traffic(ApplyRig rig, Random random) throws SQLException {
    for (int i = 10 + random.nextInt(40); i > 0; i--) {
      boolean several = random.nextInt(3) == 0;
      boolean unchecked = random.nextInt(12) == 0;
      rig.run("SET foreign_key_checks = " + (unchecked ? 0 : 1));
      if (several) {
        rig.run("START TRANSACTION");
      }
      for (int k = several ? 1 + random.nextInt(6) : 1; k > 0; k--) {
        tried(rig, statement(random));
      }
      if (several) {
        rig.run(random.nextInt(8) == 0 ? "ROLLBACK" : "COMMIT");
      }
    }
  }

  /** What the source refuses is not in its history. */
  private static void tried(ApplyRig rig, String sql) throws SQLException {
    try {
      rig.run(sql);
    } catch (SQLException e) {
      boolean refused =
          switch (e.getErrorCode()) {
            case 1062, 1451, 1452, 1761, 1762 -> true;
            default -> false;
          };
      if (!refused) {
        throw e;
      }
    }
  }

  private static String statement(Random random) {
    int k = random.nextInt(KEYS);
    int l = random.nextInt(KEYS);
    int m = random.nextInt(KEYS);
    String values = "(" + k + ", " + l + ", " + m + ")";
    return switch (random.nextInt(20)) {
      case 0, 1 -> "INSERT INTO a VALUES (" + k + ", NULL, 'c" + l + "')";
      case 2 -> "INSERT INTO a VALUES (" + k + ", " + l + ", 'c" + m + "')";
      case 3, 4 -> "INSERT INTO b VALUES " + values;
      case 5, 6 ->
          "INSERT INTO c VALUES " + values + ", (" + l + ", " + k + ", " + (m + KEYS) + ")";
      case 7 -> "INSERT INTO r VALUES (" + k + ", " + l + ")";
      case 8 -> "INSERT INTO keyless_child VALUES (" + k + ", " + l + "), (" + k + ", " + l + ")";
      case 9 -> "INSERT INTO keyless VALUES (" + k + ", 1), (" + k + ", 1), (" + l + ", 2)";
      case 10 -> "DELETE FROM a WHERE id = " + k;
      case 11 -> "UPDATE a SET id = " + k + " WHERE id = " + l;
      case 12 -> "UPDATE a SET up = " + k + " WHERE id = " + l;
      case 13 -> "DELETE FROM b WHERE id IN (" + k + ", " + l + ")";
      case 14 -> "UPDATE b SET a = " + k + ", n = n + 1 WHERE id IN (" + l + ", " + m + ")";
      case 15 -> "DELETE FROM c WHERE nr IN (" + k + ", " + l + ")";
      case 16 -> "UPDATE c SET n = n + 1 WHERE b = " + k + " ORDER BY n DESC";
      case 17 -> "DELETE FROM r WHERE a IN (" + k + ", " + l + ")";
      case 18 -> "UPDATE keyless_child SET x = " + k + " WHERE b = " + l + " OR b IS NULL LIMIT 2";
      default ->
          random.nextBoolean()
              ? "DELETE FROM keyless WHERE x = " + k + " LIMIT 1"
              : "UPDATE keyless SET y = " + l + " WHERE x = " + k + " LIMIT 2";
    };
  }

  /** Rows that come one after the other go in few statements, also where parents come between. */
  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void rowsInARowAreOneStatement(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(TABLES);
      rig.start();
      rig.applier(DdlPolicy.ASK);
      for (int i = 0; i < 50; i++) {
        rig.run(
            "INSERT INTO a VALUES (" + i + ", NULL, 'c" + i + "')",
            "INSERT INTO b VALUES (" + i + ", " + i + ", 0)",
            "INSERT INTO c VALUES (" + i + ", 1, " + i + "), (" + i + ", 2, -1 - " + i + ")",
            "INSERT INTO keyless VALUES (" + i + ", 1), (" + i + ", 1)");
      }
      rig.run("DELETE FROM c WHERE nr = 2", "UPDATE b SET n = 1", "DELETE FROM r");
      long inserts = executed(rig, "Com_insert");
      long deletes = executed(rig, "Com_delete");
      rig.sync();
      rig.assertSame();
      assertThat(executed(rig, "Com_insert") - inserts).isLessThan(10);
      assertThat(executed(rig, "Com_delete") - deletes).isLessThan(5);
    }
  }

  private static long executed(ApplyRig rig, String statements) throws SQLException {
    try (Connection connection = rig.target.open("test")) {
      return Sql.first(
              connection,
              "SHOW GLOBAL STATUS WHERE Variable_name = '" + statements + "'",
              row -> row.getLong(2))
          .orElseThrow();
    }
  }
}
