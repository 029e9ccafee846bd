// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.SchemaOption;
import dev.fram.api.model.TableId;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A schema with every kind of object is the same on the target after the whole transfer. */
class SchemaRoundTripTest {
  /** The server, not Fram, has a new word for it. */
  private static final List<String> SINCE_8_2 =
      List.of(
          "- CREATE DEFINER=`root`@`%` EVENT `elsewhere` ON SCHEDULE AT '2037-01-01 00:00:00'"
              + " ON COMPLETION NOT PRESERVE DISABLE ON SLAVE DO SELECT 1",
          "+ CREATE DEFINER=`root`@`%` EVENT `elsewhere` ON SCHEDULE AT '2037-01-01 00:00:00'"
              + " ON COMPLETION NOT PRESERVE DISABLE ON REPLICA DO SELECT 1");

  @ParameterizedTest
  @ValueSource(strings = {"V8_0-V8_0", "V8_0-V9_7", "MARIADB_11_4-MARIADB_11_4"})
  void everyKindOfObjectArrives(String versions) throws Exception {
    try (Pair pair = Pair.of(versions)) {
      pair.source(pair.everything());
      List<String> told = new ArrayList<>();
      MySqlSchemaTransfer transfer = pair.transfer(SchemaOption.WITH_USERS);
      prepare(pair, transfer, told);
      assertThat(InventoryDifferences.beforeTheCutover(pair)).isEmpty();
      transfer.finish(1);
      assertThat(transfer.afterOpening(1)).isEmpty();
      assertThat(Difference.of(pair.sourceDump(), pair.targetDump()))
          .isEqualTo(versions.equals("V8_0-V9_7") ? SINCE_8_2 : List.of());
      assertThat(InventoryDifferences.of(pair)).isEmpty();
    }
  }

  static void whole(Pair pair, MySqlSchemaTransfer transfer, List<String> told)
      throws SQLException {
    prepare(pair, transfer, told);
    transfer.finish(1);
  }

  private static void prepare(Pair pair, MySqlSchemaTransfer transfer, List<String> told)
      throws SQLException {
    transfer.createTables(1, told::add);
    buildIndexes(pair, transfer);
    transfer.finishIndexes(1);
    for (TableId table : tables(pair)) {
      transfer.lateIndexes(table).forEach(transfer::build);
    }
    transfer.addConstraints(1, told::add);
    transfer.prepareFinish(1);
  }

  static void buildIndexes(Pair pair, MySqlSchemaTransfer transfer) throws SQLException {
    for (TableId table : tables(pair)) {
      transfer.indexes(table).forEach(transfer::build);
      transfer.analyze(table);
    }
  }

  static List<TableId> tables(Pair pair) throws SQLException {
    List<TableId> found = new ArrayList<>();
    try (Connection connection = pair.onTarget();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT table_schema, table_name FROM information_schema.tables"
                    + " WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('fram', 'mysql',"
                    + " 'sys', 'information_schema', 'performance_schema')")) {
      while (rows.next()) {
        found.add(new TableId(rows.getString(1), rows.getString(2)));
      }
    }
    return found;
  }
}
