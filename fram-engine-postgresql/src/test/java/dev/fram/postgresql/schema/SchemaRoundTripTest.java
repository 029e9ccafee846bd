// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.SchemaTransfer.IndexJob;
import dev.fram.api.model.TableId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A schema with every kind of object is the same on the target after the whole transfer. */
class SchemaRoundTripTest {
  /**
   * The server, not Fram, prints a view's query anew: since 16 a column is no longer qualified with
   * its table when the query has only one (release 16, ruleutils.c). Nothing else may differ.
   */
  private static final List<String> SINCE_16 =
      List.of(
          "-  SELECT customer.id,",
          "-     customer.\"E-Mail\",",
          "-     customer.name",
          "+  SELECT id,",
          "+     \"E-Mail\",",
          "+     name",
          "-   WHERE (customer.mood = 'ok'::shop.mood)",
          "+   WHERE (mood = 'ok'::shop.mood)",
          "-  SELECT numbers.n",
          "+  SELECT n",
          "-  SELECT orders.customer_id,",
          "+  SELECT customer_id,",
          "-   GROUP BY orders.customer_id",
          "+   GROUP BY customer_id",
          "-  SELECT sum(totals.n) AS n",
          "+  SELECT sum(n) AS n",
          "-  SELECT v_a.x",
          "+  SELECT x",
          "-  SELECT c.id,",
          "-     c.name",
          "+  SELECT id,",
          "+     name",
          "-   GROUP BY c.id",
          "+   GROUP BY id");

  @ParameterizedTest
  @ValueSource(strings = {"15-15", "15-18", "18-18"})
  void everyKindOfObjectArrives(String versions) throws Exception {
    try (Pair pair = Pair.of(versions)) {
      pair.source(everything());
      List<String> told = new ArrayList<>();
      PostgresSchemaTransfer transfer = pair.transfer();
      transfer.createTables(1, told::add);
      buildIndexes(pair, transfer);
      transfer.finishIndexes(1);
      transfer.addConstraints(1, told::add);
      transfer.prepareFinish(1);
      assertThat(InventoryDifferences.beforeTheCutover(pair)).isEmpty();
      transfer.finish(1);
      List<String> open = transfer.afterOpening(1);
      assertThat(open).isEmpty();
      assertThat(Difference.of(pair.sourceDump(), pair.targetDump()))
          .isEqualTo(versions.equals("15-18") ? SINCE_16 : List.of());
      assertThat(InventoryDifferences.of(pair)).isEmpty();
    }
  }

  static void buildIndexes(Pair pair, PostgresSchemaTransfer transfer) throws SQLException {
    try (var connection = pair.onTarget();
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT schemaname, tablename FROM pg_tables"
                    + " WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'fram')")) {
      while (rows.next()) {
        TableId table = new TableId(rows.getString(1), rows.getString(2));
        for (IndexJob job : transfer.indexes(table)) {
          transfer.build(job);
        }
        transfer.analyze(table);
      }
    }
  }

  static String everything() throws IOException {
    try (InputStream script =
        SchemaRoundTripTest.class.getResourceAsStream("/schema/everything.sql")) {
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
