// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.engine.DdlPolicy;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Updates of many rows in one statement: they find and change just what single ones would, and a
 * row that is missing stops them as surely. What becomes of values is in {@link TypesTest}.
 */
@Timeout(120)
final class ManyUpdatesTest {
  private static final String ITEM =
      "CREATE TABLE item (id int PRIMARY KEY, code varchar(20) COLLATE utf8mb4_general_ci,"
          + " n int, UNIQUE KEY code (code))";

  private static void stops(ApplyRig rig) throws SQLException {
    assertThatThrownBy(rig::sync)
        .isInstanceOfSatisfying(
            FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ROW_DIVERGENCE));
    rig.rollback();
    // The next case begins behind this one.
    rig.target("UPDATE fram.feed SET position = '" + rig.now().text() + "'");
  }

  /** Of many rows that are updated together one is not there. */
  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void stopsWhenOneOfManyRowsIsMissing(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(
          "CREATE TABLE alone (id int PRIMARY KEY, n int)",
          ITEM,
          "INSERT INTO alone VALUES (1, 1), (2, 2), (3, 3)",
          "INSERT INTO item VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)");
      rig.start();
      rig.target("DELETE FROM alone WHERE id = 2", "DELETE FROM item WHERE id = 2");
      for (String table : List.of("alone", "item")) {
        rig.applier(DdlPolicy.ASK);
        rig.run("UPDATE " + table + " SET n = n + 10");
        stops(rig);
        assertThat(rig.targetServer.value("shop", "SELECT MAX(n) FROM " + table)).contains("3");
      }
    }
  }

  /**
   * Another row has the unique value of the one that is missing. Updated in its place it would give
   * the same count, and the same table.
   */
  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void doesNotTakeAnotherRowForTheOneThatIsMissing(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(
          "CREATE TABLE word (id varchar(9), k int, code int UNIQUE, n int, PRIMARY KEY (id, k))",
          ITEM,
          "INSERT INTO word VALUES ('x', 1, 5, 1), ('y', 1, 6, 2)",
          "INSERT INTO item VALUES (1, 'a', 1), (2, 'b', 2)");
      rig.start();
      rig.target("UPDATE item SET id = 7 WHERE id = 1", "UPDATE word SET k = 7 WHERE id = 'x'");
      for (String table : List.of("item", "word")) {
        rig.applier(DdlPolicy.ASK);
        rig.run("UPDATE " + table + " SET n = n + 10");
        stops(rig);
      }
    }
  }

  /** What is on the target already, and what in the end did not change, is no divergence. */
  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void takesRowsThatNeedNoUpdate(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(ITEM, "INSERT INTO item VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3), (4, 'd', 4)");
      rig.start();
      rig.target("UPDATE item SET n = 12 WHERE id = 2");
      rig.applier(DdlPolicy.ASK);
      rig.run("UPDATE item SET n = n + 10");
      rig.sync();
      rig.assertSame();
      rig.run("UPDATE item SET n = n + 1", "UPDATE item SET n = n - 1 WHERE id < 3");
      long updates = rig.updates();
      rig.sync();
      rig.assertSame();
      assertThat(rig.updates() - updates).isEqualTo(3);
      rig.run("UPDATE item SET n = n + 1", "UPDATE item SET n = n - 1 WHERE id < 3");
      rig.target("DELETE FROM item WHERE id = 1");
      stops(rig);
    }
  }

  /** Columns that the server fills by itself, when nobody else does. */
  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void leavesNothingToTheServerInManyUpdates(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(
          "CREATE TABLE item (id int AUTO_INCREMENT PRIMARY KEY, n int,"
              + " double_n int GENERATED ALWAYS AS (n * 2) STORED,"
              + " half_n int GENERATED ALWAYS AS (n / 2) VIRTUAL,"
              + " changed timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)"
              + " ON UPDATE CURRENT_TIMESTAMP(6), hidden int INVISIBLE DEFAULT 4,"
              + " made varchar(40) DEFAULT (UUID()),"
              + " UNIQUE KEY (double_n), KEY (half_n), KEY (changed))",
          "INSERT INTO item (id, n, changed, hidden, made)"
              + " VALUES (-1, 1, '2020-01-01', 1, 'a'), (7, 2, '2020-01-02', 2, 'b'),"
              + " (1000, 4, '2020-01-03', 3, 'c')");
      rig.start();
      rig.applier(DdlPolicy.ASK);
      rig.run("UPDATE item SET n = n + 10, changed = changed");
      long updates = rig.updates();
      rig.sync();
      rig.assertSame();
      assertThat(rig.updates() - updates).isEqualTo(1);
      rig.run("UPDATE item SET hidden = hidden + 1, made = UUID(), changed = '2021-01-01'");
      rig.sync();
      rig.assertSame();
      assertThat(rig.updates() - updates).isEqualTo(2);
    }
  }
}
