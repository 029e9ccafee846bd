// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.engine.DdlPolicy;
import dev.fram.api.engine.Fence;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Statements that change the schema, between rows of before and rows of after. */
@Timeout(180)
final class SchemaChangeTest {
  private static final String ITEM =
      "CREATE TABLE item (id int PRIMARY KEY, code varchar(20), n int)";

  private static void refused(ThrowingRun act) {
    assertThatThrownBy(act::run)
        .isInstanceOfSatisfying(
            FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SCHEMA_DRIFT));
  }

  /** Something that may throw. */
  private interface ThrowingRun {
    void run() throws SQLException;
  }

  /** What stands before it is on the target, what stands behind it is not. */
  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void askStopsRightBeforeIt(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(ITEM);
      rig.start();
      rig.applier(DdlPolicy.ASK);
      rig.run("INSERT INTO item VALUES (1, 'a', 1)");
      BinlogPosition before = rig.now();
      rig.run("ALTER TABLE item ADD COLUMN m int", "INSERT INTO item VALUES (2, 'b', 2, 2)");
      refused(rig::syncSingly);
      rig.rollback();
      assertThat(rig.journal.feedPosition().map(p -> p.covers(before))).contains(true);
      assertThat(before.covers(rig.journal.feedPosition().orElseThrow())).isTrue();
      assertThat(rig.targetServer.value("shop", "SELECT GROUP_CONCAT(id) FROM item")).contains("1");
    }
  }

  /** Left out; and rows that do not fit any more stop it, and are not written in another way. */
  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void ignoreLeavesItOut(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(ITEM);
      rig.start();
      rig.applier(DdlPolicy.IGNORE);
      rig.run(
          "INSERT INTO item VALUES (1, 'a', 1)",
          "ALTER TABLE item ADD KEY n (n)",
          "UPDATE item SET n = 2",
          "CREATE TABLE other (id int)",
          "INSERT INTO other VALUES (1)",
          "INSERT INTO item VALUES (2, 'b', 2)");
      rig.syncSingly();
      rig.assertSame();
      assertThat(
              rig.targetServer.value(
                  "shop",
                  "SELECT COUNT(*) FROM information_schema.statistics"
                      + " WHERE table_schema = 'shop' AND index_name = 'n'"))
          .contains("0");
      rig.run("ALTER TABLE item DROP COLUMN n", "INSERT INTO item VALUES (3, 'c')");
      refused(rig::syncSingly);
    }
  }

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void replicateRunsEachAtItsPlace(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(ITEM, "INSERT INTO item VALUES (1, 'a', 1), (2, 'b', 2)");
      rig.start();
      rig.applier(DdlPolicy.REPLICATE);
      rig.run(
          "UPDATE item SET n = -1 WHERE id = 1",
          "ALTER TABLE item ADD COLUMN m int DEFAULT 7"
              + (version.mariaDb() ? "" : ", ALGORITHM = INSTANT"),
          "INSERT INTO item VALUES (3, 'c', 3, 3)",
          "UPDATE item SET n = 5 WHERE id = 1",
          "ALTER TABLE item MODIFY n int unsigned",
          "INSERT INTO item VALUES (4, 'd', 4000000000, 4)",
          "ALTER TABLE item DROP COLUMN code",
          "INSERT INTO item VALUES (5, 5, 5)",
          "CREATE TABLE made AS SELECT * FROM item",
          "UPDATE made SET m = 1 WHERE id = 1",
          "TRUNCATE TABLE item",
          "INSERT INTO item VALUES (6, 6, 6)",
          "RENAME TABLE made TO renamed",
          "DELETE FROM renamed WHERE id = 2",
          "DROP TABLE item");
      rig.syncSingly();
      rig.assertSame();
      assertThat(rig.tables()).hasSize(1);
    }
  }

  /** A shadow table that takes the table's place, as gh-ost and pt-online-schema-change do it. */
  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void aShadowTableTakesTheTablesPlace(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(ITEM);
      BinlogPosition low = rig.now();
      rig.run("INSERT INTO item VALUES (1, 'a', 1), (2, 'b', 2)");
      // In the middle of the window: the copy holds one of the rows.
      rig.target("INSERT INTO item VALUES (1, 'a', 1)");
      rig.start(low, new Fence.Fuzzy(low.text()), Optional.of(rig.now()));
      rig.applier(DdlPolicy.REPLICATE);
      rig.run(
          "CREATE TABLE _item_gho LIKE item",
          "ALTER TABLE _item_gho ADD COLUMN m int NOT NULL DEFAULT 1",
          "INSERT INTO _item_gho (id, code, n) SELECT id, code, n FROM item",
          "UPDATE item SET n = 9 WHERE id = 1",
          "REPLACE INTO _item_gho (id, code, n) VALUES (1, 'a', 9)",
          "RENAME TABLE item TO _item_del, _item_gho TO item",
          "UPDATE item SET m = 2 WHERE id = 2",
          "INSERT INTO item VALUES (3, 'c', 3, 3)",
          "DROP TABLE _item_del",
          "DELETE FROM item WHERE id = 1");
      rig.syncSingly();
      rig.assertSame();
      assertThat(rig.tables()).hasSize(1);
    }
  }
}
