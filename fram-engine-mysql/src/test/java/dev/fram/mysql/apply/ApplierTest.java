// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.engine.DdlPolicy;
import dev.fram.api.engine.Fence;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the applier does with single situations, from a real log to a real server. */
@Timeout(120)
final class ApplierTest {
  private static final String ITEM =
      "CREATE TABLE item (id int PRIMARY KEY, code varchar(20) COLLATE utf8mb4_general_ci,"
          + " n int, UNIQUE KEY code (code))";

  private static void refusedWith(ErrorCode code, ThrowingRun act) {
    assertThatThrownBy(act::run)
        .isInstanceOfSatisfying(FramException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  /** Something that may throw. */
  private interface ThrowingRun {
    void run() throws SQLException;
  }

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void foldsSwapsAndMovesOfWhatIsUnique(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(ITEM, "INSERT INTO item VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)");
      rig.start();
      rig.applier(DdlPolicy.ASK);
      rig.run(
          "START TRANSACTION",
          "UPDATE item SET code = 'x' WHERE id = 1",
          "UPDATE item SET code = 'a' WHERE id = 2",
          "UPDATE item SET code = 'b' WHERE id = 1",
          "COMMIT",
          "UPDATE item SET id = 9 WHERE id = 3",
          "INSERT INTO item VALUES (3, 'd', 4)",
          "DELETE FROM item WHERE id = 3",
          "INSERT INTO item VALUES (3, 'D', 5)",
          "UPDATE item SET code = 'B' WHERE id = 1");
      rig.sync();
      rig.assertSame();
      rig.run("DELETE FROM item", "INSERT INTO item VALUES (1, 'a', 1), (2, NULL, NULL)");
      rig.sync();
      rig.assertSame();
    }
  }

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void stopsWhenARowIsNotAsTheLogSays(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(ITEM, "INSERT INTO item VALUES (1, 'a', 1), (2, 'b', 2)");
      rig.start();
      rig.target("DELETE FROM item WHERE id = 1");
      for (String change :
          new String[] {
            "UPDATE item SET n = 7 WHERE id = 1",
            "DELETE FROM item WHERE id = 1",
            "INSERT INTO item VALUES (1, 'a', 1)"
          }) {
        rig.applier(DdlPolicy.ASK);
        BinlogPosition before = rig.now();
        rig.run(change);
        if (change.startsWith("INSERT")) {
          rig.target("INSERT INTO item VALUES (1, 'zz', 1)");
          refusedWith(ErrorCode.CONSTRAINT_DIVERGENCE, rig::sync);
        } else {
          refusedWith(ErrorCode.ROW_DIVERGENCE, rig::sync);
        }
        assertThat(before.covers(rig.journal.feedPosition().orElseThrow())).isTrue();
        rig.rollback();
        skip(rig);
      }
    }
  }

  /** The next case begins behind this one. */
  private static void skip(ApplyRig rig) throws SQLException {
    rig.target("UPDATE fram.feed SET position = '" + rig.now().text() + "'");
  }

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void replaysWithinTheWindowAndIsStrictBehindIt(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both("CREATE TABLE item (id int PRIMARY KEY, code varchar(20), n int)");
      BinlogPosition low = rig.now();
      rig.run(
          "INSERT INTO item VALUES (1, 'a', 1), (2, 'b', 2)",
          "UPDATE item SET id = 5 WHERE id = 2",
          "DELETE FROM item WHERE id = 1",
          "INSERT INTO item VALUES (1, 'c', 3)");
      // The copy has seen the end already.
      rig.target("INSERT INTO item VALUES (1, 'c', 3), (5, 'b', 2)");
      BinlogPosition end = rig.now();
      rig.start(low, new Fence.Fuzzy(low.text()), Optional.of(end));
      rig.applier(DdlPolicy.ASK);
      rig.sync();
      rig.assertSame();
      rig.target("DELETE FROM item WHERE id = 5");
      rig.run("UPDATE item SET n = 9 WHERE id = 5");
      refusedWith(ErrorCode.ROW_DIVERGENCE, rig::sync);
    }
  }

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void leavesOutWhatTheCopyHolds(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(ITEM);
      BinlogPosition start = rig.now();
      rig.run("INSERT INTO item VALUES (1, 'a', 1)");
      rig.target("INSERT INTO item VALUES (1, 'a', 1)");
      rig.start(start, new Fence.Exact(rig.now().text()), Optional.empty());
      rig.applier(DdlPolicy.ASK);
      rig.run("INSERT INTO item VALUES (2, 'b', 1)");
      assertThat(rig.sync().skipped()).isEqualTo(1);
      rig.assertSame();
    }
  }

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void findsRowsWithoutAKey(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(
          "CREATE TABLE log (a int, b varchar(10) COLLATE utf8mb4_general_ci, f float, d datetime,"
              + " e enum('x','y'), r binary(4), bt bit(9), j json)");
      rig.start();
      rig.applier(DdlPolicy.ASK);
      rig.run(
          "INSERT INTO log VALUES (1, 'a', 123456.789, '2024-01-01', 'x', 'q', b'101', '{\"k\": 1}'),"
              + " (1, 'A', 123456.789, '2024-01-01', 'x', 'q', b'101', '{\"k\": 1}'),"
              + " (1, 'a', 123456.789, '2024-01-01', 'x', 'q', b'101', '{\"k\": 1}'),"
              + " (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
          "UPDATE log SET e = 'y' WHERE BINARY b = 'A'",
          "DELETE FROM log WHERE BINARY b = 'a' LIMIT 1",
          "UPDATE log SET a = 5 WHERE a IS NULL",
          "DELETE FROM log WHERE a = 5");
      rig.sync();
      rig.assertSame();
    }
  }

  /**
   * Of rows without a key that the server takes for equal only the one that is meant is touched.
   */
  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void tellsRowsWithoutAKeyApartThatCompareEqual(MySqlVersion version) throws SQLException {
    String json = version.mariaDb() ? "'%s'" : "CAST('%s' AS JSON)";
    String[] values = {"1", "1.0", "[1]", "[1.0]", "{\"a\": 1}", "{\"a\": 1.0}", "\"A\"", "\"a\""};
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(
          "CREATE TABLE j (n int, j json)",
          "CREATE TABLE d (f double, t text COLLATE utf8mb4_general_ci)",
          "INSERT INTO d VALUES (0, 'a'), (-0e0, 'a'), (1, 'b '), (1, 'b'), (1, 'B')");
      for (String value : values) {
        rig.both("INSERT INTO j VALUES (1, '" + value + "')");
      }
      rig.start();
      rig.applier(DdlPolicy.ASK);
      for (int i = values.length - 1; i > 0; i -= 2) {
        String is = json.formatted(values[i]);
        rig.run(
            "UPDATE j SET n = 2 WHERE BINARY CAST(j AS CHAR) = BINARY CAST(" + is + " AS CHAR)");
      }
      rig.run(
          "DELETE FROM d WHERE CAST(f AS CHAR) = '-0'",
          "UPDATE d SET f = 2 WHERE BINARY t = 'b'",
          "DELETE FROM d WHERE BINARY t = 'B'");
      rig.sync();
      rig.assertSame();
      assertThat(rig.targetServer.value("shop", "SELECT COUNT(*) FROM j WHERE n = 2"))
          .contains("4");
    }
  }

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void cascadesAsTheSourceDid(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(
          "CREATE TABLE a (id int PRIMARY KEY, up int, FOREIGN KEY (up) REFERENCES a (id)"
              + " ON DELETE SET NULL)",
          "CREATE TABLE b (id int PRIMARY KEY, a int, FOREIGN KEY (a) REFERENCES a (id)"
              + " ON DELETE CASCADE ON UPDATE CASCADE)",
          "CREATE TABLE c (id int PRIMARY KEY, b int, FOREIGN KEY (b) REFERENCES b (id)"
              + " ON DELETE CASCADE)",
          "INSERT INTO a VALUES (1, NULL), (2, 1), (3, 1)",
          "INSERT INTO b VALUES (1, 1), (2, 2), (3, 3)",
          "INSERT INTO c VALUES (1, 1), (2, 1), (3, 2), (4, 3)");
      rig.start();
      rig.applier(DdlPolicy.ASK);
      rig.run(
          "DELETE FROM a WHERE id = 1",
          "UPDATE a SET id = 20 WHERE id = 2",
          "SET foreign_key_checks = 0",
          "DELETE FROM a WHERE id = 3",
          "INSERT INTO c VALUES (9, 99)",
          "SET foreign_key_checks = 1",
          "INSERT INTO c VALUES (10, 2)");
      rig.sync();
      rig.assertSame();
    }
  }

  /**
   * Two levels, the second by a key beside the primary one: here the SQL layer of MySQL 9.7 leaves
   * rows behind (9.7.4), on the source too; the target must hold just those.
   */
  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void endsAsTheSourceWhicheverLayerCascades(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(
          "CREATE TABLE a (id int PRIMARY KEY)",
          "CREATE TABLE b (id int, tag int, nr int UNIQUE NOT NULL, PRIMARY KEY (id, tag),"
              + " FOREIGN KEY (id) REFERENCES a (id) ON DELETE CASCADE ON UPDATE CASCADE)",
          "CREATE TABLE c (b int, n int, nr int UNIQUE NOT NULL, PRIMARY KEY (b, n),"
              + " FOREIGN KEY (b) REFERENCES b (nr) ON DELETE CASCADE)",
          "CREATE TABLE d (nr int PRIMARY KEY, c int,"
              + " FOREIGN KEY (c) REFERENCES c (nr) ON DELETE SET NULL)",
          "INSERT INTO a VALUES (1), (2), (3), (4)",
          "INSERT INTO b VALUES (1, 1, 11), (1, 2, 12), (2, 1, 21), (3, 1, 31), (3, 2, 32)",
          "INSERT INTO c VALUES (11, 1, 111), (11, 2, 112), (12, 1, 121), (12, 2, 122),"
              + " (21, 1, 211), (31, 1, 311), (32, 1, 321)",
          "INSERT INTO d VALUES (1, 111), (2, 112), (3, 121), (4, 122), (5, 211), (6, 321)");
      rig.start();
      rig.applier(DdlPolicy.ASK);
      rig.run(
          "DELETE FROM a WHERE id = 1",
          "UPDATE a SET id = 9 WHERE id = 2",
          "START TRANSACTION",
          "INSERT INTO b VALUES (4, 1, 41)",
          "INSERT INTO c VALUES (41, 1, 411), (41, 2, 412)",
          "DELETE FROM a WHERE id IN (3, 4)",
          "COMMIT");
      rig.sync();
      rig.assertSame();
    }
  }

  /** Which tables hang together is looked at again when the schema has changed. */
  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void aForeignKeyThatCameLaterCascadesFromThenOn(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(
          "CREATE TABLE a (id int PRIMARY KEY)",
          "CREATE TABLE b (id int PRIMARY KEY, a int)",
          "INSERT INTO a VALUES (1), (2)",
          "INSERT INTO b VALUES (1, 1), (2, 2)");
      rig.start();
      rig.applier(DdlPolicy.REPLICATE);
      rig.run(
          "ALTER TABLE b ADD FOREIGN KEY (a) REFERENCES a (id) ON DELETE CASCADE",
          "CREATE TABLE c (b int, FOREIGN KEY (b) REFERENCES b (id) ON DELETE SET NULL)",
          "INSERT INTO c VALUES (1), (2)",
          "DELETE FROM a WHERE id = 1");
      rig.syncSingly();
      rig.assertSame();
      assertThat(rig.targetServer.value("shop", "SELECT COUNT(*) FROM b")).contains("1");
    }
  }

  /** A source that was started again with the other innodb_native_foreign_keys. */
  @Test
  void stopsWhenCascadesAreNotInTheLogAnyMore() throws SQLException {
    try (ApplyRig rig = new ApplyRig(MySqlVersion.V8_0)) {
      rig.both(
          "CREATE TABLE a (id int PRIMARY KEY)",
          "CREATE TABLE b (id int PRIMARY KEY,"
              + " FOREIGN KEY (id) REFERENCES a (id) ON DELETE CASCADE)",
          "INSERT INTO a VALUES (1)",
          "INSERT INTO b VALUES (1)");
      rig.start();
      rig.applier(DdlPolicy.ASK, MySqlApplier.Cascades.LOGGED);
      rig.run("DELETE FROM a");
      refusedWith(ErrorCode.FEED_INVALID, rig::sync);
    }
  }

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void emptiesTables(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(ITEM, "INSERT INTO item VALUES (1, 'a', 1), (2, 'b', 2)");
      rig.start();
      rig.applier(DdlPolicy.ASK);
      rig.run(
          "UPDATE item SET n = 4", "TRUNCATE TABLE item", "INSERT INTO item VALUES (1, 'z', 1)");
      rig.sync();
      rig.assertSame();
    }
  }

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void asksOrRunsStatements(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(ITEM, "INSERT INTO item VALUES (1, 'a', 1)");
      rig.start();
      rig.applier(DdlPolicy.ASK);
      rig.run(
          "UPDATE item SET n = 2",
          "ALTER TABLE item ADD COLUMN extra varchar(9) DEFAULT 'e', ADD KEY n (n)",
          "INSERT INTO item VALUES (2, 'b', 2, 'f')",
          "CREATE TABLE fresh (id int PRIMARY KEY)",
          "INSERT INTO fresh VALUES (1)",
          "CREATE TRIGGER t BEFORE INSERT ON fresh FOR EACH ROW SET @x = 1");
      refusedWith(ErrorCode.SCHEMA_DRIFT, rig::syncSingly);
      rig.applier(DdlPolicy.REPLICATE);
      rig.syncSingly();
      rig.assertSame();
      assertThat(rig.tables()).hasSize(2);
      assertThat(rig.targetServer.value("shop", "SELECT COUNT(*) FROM fram.statement"))
          .contains("0");
      assertThat(
              rig.targetServer.value(
                  "shop",
                  "SELECT COUNT(*) FROM information_schema.triggers"
                      + " WHERE trigger_schema = 'shop'"))
          .contains("0");
    }
  }

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void recognisesAStatementThatAnEarlierRunHasRun(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(ITEM);
      rig.start();
      MySqlApplier applier = rig.applier(DdlPolicy.REPLICATE);
      rig.run("ALTER TABLE item ADD COLUMN extra int", "CREATE TABLE fresh (id int PRIMARY KEY)");
      for (int i = 0; i < 2; i++) {
        applier.begin(applier.position());
        applier.apply(first(rig.read()));
        // Dies here: the statement is done, its position is not.
        applier = rig.applier(DdlPolicy.REPLICATE);
        ApplyRig.apply(applier, first(rig.read()));
        applier = rig.applier(DdlPolicy.REPLICATE);
      }
      rig.run("INSERT INTO fresh VALUES (1)", "INSERT INTO item VALUES (1, 'a', 1, 1)");
      rig.syncSingly();
      rig.assertSame();
    }
  }

  /** The first transaction. */
  private static List<FeedEvent> first(List<FeedEvent> events) {
    int end = 0;
    while (!(events.get(end) instanceof FeedEvent.Commit)) {
      end++;
    }
    return events.subList(0, end + 1);
  }

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void anotherRunsPositionIsNotOurs(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(ITEM);
      rig.start();
      MySqlApplier applier = rig.applier(DdlPolicy.ASK);
      BinlogPosition start = (BinlogPosition) applier.position();
      rig.run("INSERT INTO item VALUES (1, 'a', 1)");
      rig.sync();
      refusedWith(ErrorCode.FENCED, () -> applier.begin(start));
      applier.rollback();
      rig.target("UPDATE fram.feed SET epoch = epoch + 1");
      refusedWith(ErrorCode.FENCED, () -> applier.begin(applier.position()));
    }
  }
}
