// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.copy;

import dev.fram.api.engine.Chunk;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.catalog.Catalog;
import dev.fram.postgresql.catalog.Column;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.feed.KeyRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The two COPY statements for a table, out of the source and into the target (manual, COPY).
 *
 * @param table the table
 * @param columns what is copied: everything the server does not compute itself
 * @param format what stands in the option list of both statements
 */
public record CopyStatement(TableId table, List<Column> columns, String format) {

  /**
   * Reads both catalogs.
   *
   * @throws FramException SCHEMA_DRIFT when the target lacks a column
   */
  public static CopyStatement of(TableId table, Connection source, Connection target)
      throws SQLException {
    List<Column> from = Catalog.columns(source, table).stream().filter(c -> !c.computed()).toList();
    List<Column> to = Catalog.columns(target, table);
    Set<String> present = to.stream().map(Column::name).collect(Collectors.toSet());
    List<String> missing =
        from.stream().map(Column::name).filter(name -> !present.contains(name)).toList();
    if (!missing.isEmpty()) {
      throw new FramException(
          ErrorCode.SCHEMA_DRIFT,
          "Table " + table + " has columns on the source that the target lacks: " + missing + ".",
          "Make the same change on the target, then run the command again.");
    }
    // In SQL_ASCII any bytes are text: only as a file's encoding are they left alone, and the
    // binary
    // format knows no such thing.
    String format =
        Connector.keepsAnyBytes(source)
            ? "FORMAT text, ENCODING 'SQL_ASCII'"
            : BinaryTypes.cover(from, to) ? "FORMAT binary" : "FORMAT text";
    return new CopyStatement(table, from, format);
  }

  /** Out of the source, the rows of one range, or all when the condition is empty. */
  public String out(String condition) {
    return "COPY (SELECT "
        + names()
        + " FROM ONLY "
        + Quoting.table(table)
        + (condition.isEmpty() ? "" : " WHERE " + condition)
        + ") TO STDOUT ("
        + format
        + ")";
  }

  /** Into the target, by several transactions at once. */
  public String in() {
    return "COPY " + Quoting.table(table) + into() + " FROM STDIN (" + format + ")";
  }

  /** Into a table that the same transaction has emptied: nothing is left for VACUUM to freeze. */
  String inFrozen() {
    return "COPY " + Quoting.table(table) + into() + " FROM STDIN (" + format + ", FREEZE true)";
  }

  /** No list for a table without columns: an empty one is a syntax error. */
  private String into() {
    return columns.isEmpty() ? "" : " (" + names() + ")";
  }

  static String condition(Chunk chunk) {
    return switch (chunk.kind()) {
      case STORAGE -> StorageRanges.condition(chunk.range());
      case KEY -> KeyRanges.condition(KeyRange.parse(chunk.range()));
    };
  }

  private String names() {
    return columns.stream()
        .map(column -> Quoting.identifier(column.name()))
        .collect(Collectors.joining(", "));
  }
}
