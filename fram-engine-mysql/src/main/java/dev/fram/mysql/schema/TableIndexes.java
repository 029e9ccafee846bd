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
import java.util.TreeMap;

/**
 * Builds a table's keys, all of a stage in one ALTER: one scan of the table. InnoDB builds one
 * FULLTEXT key at a time in place, so that each further one has an ALTER of its own. What is there
 * is left alone.
 */
final class TableIndexes {
  private TableIndexes() {}

  /** The keys of the stage after the copy. */
  static void build(Connection connection, TableId table, TablePlan plan) throws SQLException {
    Map<String, Boolean> there = existing(connection, table);
    List<TablePart> missing = missing(plan.indexes(), there);
    List<String> first = new ArrayList<>(reordered(plan, missing, there));
    List<String> further = new ArrayList<>();
    boolean text = false;
    for (TablePart part : missing) {
      boolean another = part.kind() == Kind.FULLTEXT && text;
      text |= part.kind() == Kind.FULLTEXT;
      (another ? further : first).add("ADD " + part.text());
    }
    first.addAll(again(plan, first, there));
    alter(connection, table, first);
    for (String clause : further) {
      alter(connection, table, List.of(clause));
    }
  }

  /** The keys of the stage after the fuzzy window. */
  static void buildLate(Connection connection, TableId table, TablePlan plan)
      throws SQLException {
    Map<String, Boolean> there = existing(connection, table);
    List<String> clauses = new ArrayList<>();
    for (TablePart part : plan.late()) {
      boolean standsIn = plan.placeholder().equals(java.util.Optional.of(part.name()));
      boolean unique = there.getOrDefault(fold(part.name()), false);
      boolean done =
          there.containsKey(fold(part.name())) && (part.kind() != Kind.UNIQUE || unique);
      if (!done) {
        if (standsIn && there.containsKey(fold(part.name()))) {
          clauses.add("DROP KEY " + Quoting.identifier(part.name()));
        }
        clauses.add("ADD " + part.text());
      }
    }
    alter(connection, table, clauses);
  }

  /**
   * The server keeps keys in the order in which they came. A plain key that AUTO_INCREMENT needed
   * from the start would stand before those that came before it on the source.
   */
  private static List<String> reordered(
      TablePlan plan, List<TablePart> missing, Map<String, Boolean> there) {
    return early(plan).stream()
        .filter(part -> there.containsKey(fold(part.name())) && !missing.isEmpty())
        .map(part -> "DROP KEY " + Quoting.identifier(part.name()))
        .toList();
  }

  private static List<String> again(
      TablePlan plan, List<String> clauses, Map<String, Boolean> there) {
    return early(plan).stream()
        .filter(part -> there.containsKey(fold(part.name())))
        .filter(part -> clauses.contains("DROP KEY " + Quoting.identifier(part.name())))
        .map(part -> "ADD " + part.text())
        .toList();
  }

  private static List<TablePart> early(TablePlan plan) {
    return plan.bare().of(Kind.INDEX).stream()
        .filter(part -> !plan.placeholder().equals(java.util.Optional.of(part.name())))
        .toList();
  }

  private static List<TablePart> missing(List<TablePart> parts, Map<String, Boolean> there) {
    return parts.stream().filter(part -> !there.containsKey(fold(part.name()))).toList();
  }

  private static void alter(Connection connection, TableId table, List<String> clauses)
      throws SQLException {
    if (!clauses.isEmpty()) {
      SchemaSession.run(
          connection,
          "ALTER TABLE " + Quoting.table(table) + " " + String.join(", ", clauses));
    }
  }

  /** The names of the keys that are there, each with whether it is unique. */
  static Map<String, Boolean> existing(Connection connection, TableId table)
      throws SQLException {
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
