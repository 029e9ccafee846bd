// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.catalog.Column;
import dev.fram.mysql.catalog.Key;
import dev.fram.mysql.connection.Quoting;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which columns of a table go over, and the statements for it: everything the server does not
 * compute itself, invisible columns included.
 *
 * @param table the table
 * @param columns its columns on their way
 * @param index the index to read along
 * @param key the columns that name a row; empty when there is no such key
 */
record CopyPlan(TableId table, List<CopyColumn> columns, Optional<String> index, List<Column> key) {

  /**
   * Reads both catalogs.
   *
   * @throws FramException SCHEMA_DRIFT when a table or a column is missing
   */
  static CopyPlan of(TableId table, Connection source, Connection target) throws SQLException {
    CatalogTable from = Catalog.table(source, table).orElseThrow(() -> gone(table, "source"));
    CatalogTable to = Catalog.table(target, table).orElseThrow(() -> gone(table, "target"));
    List<String> missing =
        from.written().stream()
            .map(Column::name)
            .filter(name -> to.column(name).filter(c -> !c.computed()).isEmpty())
            .toList();
    if (!missing.isEmpty()) {
      throw new FramException(
          ErrorCode.SCHEMA_DRIFT,
          "Table " + table + " has columns on the source that the target lacks: " + missing + ".",
          "Make the same change on the target, then run the command again.");
    }
    return new CopyPlan(
        table,
        from.written().stream().map(CopyColumn::of).toList(),
        from.usableKey().filter(Key::sorts).map(Key::name),
        from.usableKey().filter(Key::sorts).stream()
            .flatMap(key -> key.columns().stream())
            .map(name -> from.column(name).orElseThrow())
            .toList());
  }

  /** Out of the source, the rows of one range, or all when the condition is empty. */
  String out(String condition, String extras) {
    String read = columns.stream().map(CopyColumn::read).collect(Collectors.joining(", "));
    return "SELECT /*!40001 SQL_NO_CACHE */ "
        + (read.isEmpty() ? "1" : read)
        + extras
        + KeyRanges.from(table, index, condition);
  }

  /** Into the target, up to the rows. */
  String insert() {
    return "INSERT INTO " + Quoting.table(table) + " (" + names() + ") VALUES ";
  }

  /** Into the target from a stream in LOAD DATA's own format. */
  String load() {
    StringBuilder fields = new StringBuilder();
    StringBuilder sets = new StringBuilder();
    for (int i = 0; i < columns.size(); i++) {
      String variable = "@f" + i;
      fields.append(i == 0 ? "" : ", ").append(variable);
      sets.append(i == 0 ? "" : ", ")
          .append(Quoting.identifier(columns.get(i).name()))
          .append(" = ")
          .append(columns.get(i).fromField(variable));
    }
    return "LOAD DATA LOCAL INFILE 'fram' INTO TABLE "
        + Quoting.table(table)
        + " CHARACTER SET binary FIELDS TERMINATED BY '\\t' ENCLOSED BY '' ESCAPED BY '\\\\'"
        + " LINES TERMINATED BY '\\n' ("
        + fields
        + ") SET "
        + sets;
  }

  private String names() {
    return Quoting.identifiers(columns.stream().map(CopyColumn::name).toList());
  }

  private static FramException gone(TableId table, String side) {
    return new FramException(
        ErrorCode.SCHEMA_DRIFT,
        "Table " + table + " is not there on the " + side + ".",
        "Start the migration again, or bring the table back.");
  }
}
