// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.digest;

import dev.fram.api.model.TableId;
import dev.fram.postgresql.apply.ArrayText;
import dev.fram.postgresql.apply.TargetColumn;
import dev.fram.postgresql.apply.TargetTable;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.key.RowKey;
import dev.fram.postgresql.key.ServerText;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Finds rows by their keys: one parameter for each key column, an array of its type, so that one
 * statement does for thousands of keys and each is one descent of the index. Two texts may stand
 * for one value (1.0 and 1.00), so whoever asks looks at the texts of what is found.
 */
final class KeyLookup {
  private final TableId table;
  private final RowKey key;
  private final List<TargetColumn> columns;
  private final Optional<Map<String, String>> operators;

  private KeyLookup(
      TableId table,
      RowKey key,
      List<TargetColumn> columns,
      Optional<Map<String, String>> operators) {
    this.table = table;
    this.key = key;
    this.columns = columns;
    this.operators = operators;
  }

  /** Reads the catalog. */
  static KeyLookup of(Connection connection, TableId table, RowKey key) throws SQLException {
    TargetTable known =
        TargetTable.load(connection, table)
            .orElseThrow(() -> new SQLException("the table is not there", "42P01"));
    List<TargetColumn> columns = new ArrayList<>();
    for (String name : key.columns()) {
      columns.add(
          Optional.ofNullable(known.columns().get(name))
              .orElseThrow(() -> new SQLException("a key column is not there", "42703")));
    }
    Optional<Map<String, String>> operators =
        known.keys().stream()
            .map(TargetTable.UniqueKey::operators)
            .filter(
                each -> each.size() == columns.size() && each.keySet().containsAll(key.columns()))
            .findFirst();
    return new KeyLookup(table, key, columns, operators);
  }

  /**
   * In the current transaction or savepoint rows are looked up by the index, whatever statistics a
   * table that was just filled has.
   */
  void byIndex(Connection connection) throws SQLException {
    if (operators.isPresent()) {
      Sql.run(
          connection,
          "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;"
              + " SET LOCAL enable_seqscan = off; SET LOCAL max_parallel_workers_per_gather = 0");
    }
  }

  /** {@code FROM} keys and rows {@code t}. Parameters: {@link #parameters}. */
  String from(ServerText form) {
    String arrays =
        columns.stream()
            .map(column -> form.parameter() + "::" + type(column))
            .collect(Collectors.joining(", "));
    String names =
        IntStream.range(0, columns.size()).mapToObj(i -> "k" + i).collect(Collectors.joining(", "));
    String same =
        IntStream.range(0, columns.size())
            .mapToObj(this::same)
            .collect(Collectors.joining(" AND "));
    return " FROM unnest("
        + arrays
        + ") AS v ("
        + names
        + ") JOIN ONLY "
        + Quoting.table(table)
        + " AS t ON "
        + same;
  }

  /** The keys, as {@link #from} wants them. */
  Object[] parameters(List<String> keys) {
    List<List<String>> values = keys.stream().map(key::values).toList();
    return IntStream.range(0, columns.size())
        .mapToObj(i ->
            ServerText.encode(
                ArrayText.of(
                    values.stream().map(each -> each.get(i)).toList(),
                    operators.isPresent() ? columns.get(i).parameterDelimiter() : ',')))
        .toArray();
  }

  private String type(TargetColumn column) {
    return operators.isPresent() ? column.parameterType() : "text[]";
  }

  /** Without an index to tell the operator it is slow, but as exact as the text is. */
  private String same(int number) {
    TargetColumn column = columns.get(number);
    return operators
        .map(all ->
            "t."
                + Quoting.identifier(column.name())
                + " "
                + all.get(column.name())
                + " "
                + column.value("v.k" + number))
        .orElseGet(() -> RowKey.printed("t", column.name()) + " = v.k" + number);
  }
}
