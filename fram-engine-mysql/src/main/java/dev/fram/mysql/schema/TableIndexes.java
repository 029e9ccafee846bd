// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.model.TableId;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.schema.TablePart.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Builds a table's keys, all of a stage in one ALTER: one scan of the table. InnoDB builds one
 * FULLTEXT key at a time in place, so that each further one has an ALTER of its own. What is there
 * is left alone.
 */
final class TableIndexes {
  /** The server's default, and its least that is of use. */
  private static final long LEAST_BUFFER = 1L << 20;

  private static final long MOST_BUFFER = 64L << 20;

  /** A table is sorted in so many parts at most, while that fits. */
  private static final long PARTS = 16;

  private TableIndexes() {}

  /**
   * The keys of the stage after the copy. The server keeps keys in the order in which they came: a
   * plain one that AUTO_INCREMENT needed from the start would stand before those that came before
   * it on the source, so that it is dropped and added again at its place, which costs nothing.
   */
  static void build(Connection connection, TableId table, TablePlan plan) throws SQLException {
    Map<String, Boolean> there = existing(connection, table);
    List<String> drops = new ArrayList<>();
    List<String> adds = new ArrayList<>();
    List<String> further = new ArrayList<>();
    boolean text = false;
    for (TablePart part : plan.keys()) {
      boolean exists = there.containsKey(fold(part.name()));
      if (plan.indexes().contains(part) && !exists) {
        boolean another = part.kind() == Kind.FULLTEXT && text;
        text |= part.kind() == Kind.FULLTEXT;
        (another ? further : adds).add("ADD " + part.text());
      } else if (exists && part.kind() == Kind.INDEX && !adds.isEmpty() && isEarly(plan, part)) {
        drops.add("DROP KEY " + Quoting.identifier(part.name()));
        adds.add("ADD " + part.text());
      }
    }
    drops.addAll(adds);
    alter(connection, table, drops);
    for (String clause : further) {
      alter(connection, table, List.of(clause));
    }
  }

  private static boolean isEarly(TablePlan plan, TablePart part) {
    return plan.bare().parts().contains(part);
  }

  /** The keys of the stage after the fuzzy window. */
  static void buildLate(Connection connection, TableId table, TablePlan plan) throws SQLException {
    Map<String, Boolean> there = existing(connection, table);
    List<String> clauses = new ArrayList<>();
    for (TablePart part : plan.late()) {
      boolean standsIn = plan.placeholder().equals(Optional.of(part.name()));
      boolean unique = there.getOrDefault(fold(part.name()), false);
      boolean done = there.containsKey(fold(part.name())) && (part.kind() != Kind.UNIQUE || unique);
      if (!done) {
        if (standsIn && there.containsKey(fold(part.name()))) {
          clauses.add("DROP KEY " + Quoting.identifier(part.name()));
        }
        clauses.add("ADD " + part.text());
      }
    }
    alter(connection, table, clauses);
  }

  private static void alter(Connection connection, TableId table, List<String> clauses)
      throws SQLException {
    if (!clauses.isEmpty()) {
      SchemaSession.setWherePossible(
          connection, "innodb_ddl_buffer_size = " + buffer(connection, table));
      SchemaSession.run(
          connection, "ALTER TABLE " + Quoting.table(table) + " " + String.join(", ", clauses));
    }
  }

  /**
   * The server takes all of it for each ALTER, however small the table is: with 64 MB one of a
   * table of 800 rows takes 350 ms, with 1 MB 25 (MySQL 8.0.33, 40 tables one after the other).
   */
  private static long buffer(Connection connection, TableId table) throws SQLException {
    long bytes =
        Sql.number(
            connection,
            "SELECT COALESCE(MAX(data_length), 0) FROM information_schema.tables"
                + " WHERE table_schema = ? AND table_name = ?",
            table.schema(),
            table.name());
    return Math.clamp(bytes / PARTS, LEAST_BUFFER, MOST_BUFFER);
  }

  /** The names of the keys that are there, each with whether it is unique. */
  static Map<String, Boolean> existing(Connection connection, TableId table) throws SQLException {
    Map<String, Boolean> found = new TreeMap<>();
    Sql.list(
            connection,
            "SELECT index_name, MAX(non_unique) = 0 FROM information_schema.statistics"
                + " WHERE table_schema = ? AND table_name = ? GROUP BY index_name",
            row -> Map.entry(row.getString(1), row.getBoolean(2)),
            table.schema(),
            table.name())
        .forEach(entry -> found.put(fold(entry.getKey()), entry.getValue()));
    return found;
  }

  // The names of keys do not distinguish case (manual, "Identifier Case Sensitivity").
  static String fold(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
