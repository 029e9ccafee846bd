// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.comparison;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.workload.WorkloadSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MySqlComparisonTest {
  private static final String CLOCK = "SET timestamp = 1700000000;";

  /** Differences in rows, each small, each in another kind of value. */
  private static final List<String> ROWS =
      List.of(
          "UPDATE everything SET f4 = 0.10000001 WHERE id = 4",
          "UPDATE everything SET hidden = hidden + 1 WHERE id = 7",
          "UPDATE everything SET ti6 = '-00:00:00.999998' WHERE ti6 = '-00:00:00.999999' LIMIT 1",
          "UPDATE everything SET vbin = 'A' WHERE vbin = 'a' LIMIT 1",
          "UPDATE everything SET j = JSON_SET(j, '$.k', -1) WHERE id = 3",
          "UPDATE everything SET lb = CONCAT(lb, UNHEX('00')) WHERE id = 4",
          "UPDATE everything SET b64 = b64 ^ 1 WHERE id = 5",
          "DELETE FROM keyless_float LIMIT 1");

  /** Differences in objects. */
  private static final List<String> OBJECTS =
      List.of(
          "ALTER TABLE by_text COMMENT 'other'",
          "ALTER TABLE zero_id AUTO_INCREMENT = 999",
          "DROP TRIGGER audit_insert",
          "ALTER FUNCTION twice COMMENT 'other'",
          "ALTER EVENT tick_tock COMMENT 'other'",
          "CREATE OR REPLACE VIEW changes_of AS SELECT 1 AS one",
          "DROP DATABASE `Odd ``db``; DROP TABLE x; --`");

  @ParameterizedTest
  @EnumSource
  void aDifferenceOfAnyKindIsSeenAndNothingElse(MySqlVersion version) throws SQLException {
    try (MySqlServer one = server(version);
        MySqlServer two = server(version);
        Connection source = one.connect("");
        Connection target = two.connect("")) {
      load(source);
      load(target);
      assertThat(MySqlComparison.differences(source, target, Set.of())).isEmpty();
      assertThat(MySqlTables.digests(target)).isEqualTo(MySqlTables.digests(source));
      target.setAutoCommit(false);
      for (String change : ROWS) {
        run(target, change);
        assertThat(MySqlComparison.differences(source, target, Set.of())).as(change).isNotEmpty();
        target.rollback();
      }
      target.setAutoCommit(true);
      for (String change : OBJECTS) {
        int before = MySqlComparison.differences(source, target, Set.of()).size();
        run(target, change);
        assertThat(MySqlComparison.differences(source, target, Set.of()))
            .as(change)
            .hasSizeGreaterThan(before);
      }
      assertThat(MySqlTables.digests(target)).isNotEqualTo(MySqlTables.digests(source));
    }
  }

  private static void run(Connection connection, String change) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("USE app");
      statement.execute(change);
    }
  }

  private static MySqlServer server(MySqlVersion version) {
    return MySqlServer.plan(version).setting("event_scheduler", "OFF").start();
  }

  private static void load(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(CLOCK);
    }
    WorkloadSchema.create(connection, 500, EnumSet.allOf(WorkloadSchema.Part.class));
  }
}
