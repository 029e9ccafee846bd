// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import dev.fram.api.engine.Chunk;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.catalog.Column;
import dev.fram.mysql.catalog.Key;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Cuts a table along its key by walking it on the source: the server orders and compares, whatever
 * the key's types and collations. A range is the condition itself, its bounds constants of the
 * column's own type and character set.
 */
public final class KeyRanges {
  private static final int MOST_CHUNKS = 10_000;

  private final Connection connection;
  private final CatalogTable table;
  private final List<Column> columns;
  private final String index;

  private KeyRanges(Connection connection, CatalogTable table, Key key) {
    this.connection = connection;
    this.table = table;
    this.index = key.name();
    this.columns = key.columns().stream().map(n -> table.column(n).orElseThrow()).toList();
  }

  /**
   * Ranges of about this size, at least one; together they hold every row.
   *
   * @param connection a session of {@code openStreaming}: bounds come in the column's own bytes
   */
  public static List<Chunk> cut(Connection connection, CatalogTable table, long chunkBytes)
      throws SQLException {
    long bytes = Math.max(table.storage().bytes(), 1);
    long wanted = Math.min(Math.ceilDiv(bytes, Math.max(chunkBytes, 1)), MOST_CHUNKS);
    Optional<Key> key = table.usableKey().filter(k -> cuttable(table, k));
    if (wanted < 2 || key.isEmpty()) {
      return List.of(new Chunk(table.id(), 0, 1, "", Chunk.Kind.KEY));
    }
    long rows = Math.max(1, Math.max(table.storage().rows(), 1) / wanted);
    return new KeyRanges(connection, table, key.get()).walk(rows);
  }

  /**
   * The range at the beginning of the key, of about this size; empty when the key allows no ranges.
   * Reads no more of the index than that.
   *
   * @param connection as for {@link #cut}
   */
  public static Optional<Chunk> first(Connection connection, CatalogTable table, long bytes)
      throws SQLException {
    Optional<Key> key = table.usableKey().filter(k -> cuttable(table, k));
    if (key.isEmpty()) {
      return Optional.empty();
    }
    double share = Math.min(1, (double) bytes / Math.max(table.storage().bytes(), 1));
    long rows = Math.max(1, (long) (table.storage().rows() * share));
    KeyRanges ranges = new KeyRanges(connection, table, key.get());
    String below =
        ranges.next(Optional.empty(), rows).map(b -> "NOT (" + ranges.from(b) + ")").orElse("");
    return Optional.of(new Chunk(table.id(), 0, 1, below, Chunk.Kind.KEY));
  }

  /**
   * What to read a range from.
   *
   * @param index the index to read along; a range is one piece of the key's
   * @param condition of a chunk, perhaps with more; empty for every row
   */
  public static String from(TableId table, Optional<String> index, String condition) {
    return " FROM "
        + Quoting.table(table)
        + index.map(name -> " FORCE INDEX (" + Quoting.identifier(name) + ")").orElse("")
        + (condition.isEmpty() ? "" : " WHERE " + condition);
  }

  /** Types whose constants compare with the column exactly as the index is ordered. */
  private static boolean cuttable(CatalogTable table, Key key) {
    return key.sorts()
        && key.columns().stream()
            .map(name -> table.column(name).orElseThrow())
            .allMatch(column -> form(column) != Form.OTHER);
  }

  private List<Chunk> walk(long rows) throws SQLException {
    List<List<String>> bounds = new ArrayList<>();
    Optional<List<String>> bound = Optional.empty();
    do {
      bound = next(bound, rows);
      bound.ifPresent(bounds::add);
    } while (bound.isPresent() && bounds.size() < 2 * MOST_CHUNKS);
    List<Chunk> chunks = new ArrayList<>();
    for (int i = 0; i <= bounds.size(); i++) {
      String lower = i == 0 ? "" : from(bounds.get(i - 1));
      String upper = i == bounds.size() ? "" : "NOT (" + from(bounds.get(i)) + ")";
      String range = lower + (lower.isEmpty() || upper.isEmpty() ? "" : " AND ") + upper;
      chunks.add(new Chunk(table.id(), i, bounds.size() + 1, range, Chunk.Kind.KEY));
    }
    return chunks;
  }

  private Optional<List<String>> next(Optional<List<String>> last, long rows) throws SQLException {
    String names =
        columns.stream().map(c -> Quoting.identifier(c.name())).collect(Collectors.joining(", "));
    String sql =
        "SELECT "
            + names
            + " FROM "
            + Quoting.table(table.id())
            + " FORCE INDEX ("
            + Quoting.identifier(index)
            + ")"
            + last.map(bound -> " WHERE " + from(bound)).orElse("")
            + " ORDER BY "
            + names
            + " LIMIT 1 OFFSET "
            + rows;
    return Sql.first(connection, sql, this::bound);
  }

  private List<String> bound(ResultSet row) throws SQLException {
    List<String> constants = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      constants.add(constant(columns.get(i), row.getBytes(i + 1)));
    }
    return constants;
  }

  /**
   * Rows at or behind a bound: {@code a >= 1 AND (a > 1 OR b >= 2)}. The server's own comparison of
   * rows reads the index from its beginning.
   */
  private String from(List<String> bound) {
    return from(bound, 0);
  }

  private String from(List<String> bound, int at) {
    String column = Quoting.identifier(columns.get(at).name());
    String here = column + " >= " + bound.get(at);
    if (at == columns.size() - 1) {
      return here;
    }
    return here + " AND (" + column + " > " + bound.get(at) + " OR (" + from(bound, at + 1) + "))";
  }

  private enum Form {
    NUMBER,
    TEXT,
    BYTES,
    OTHER
  }

  private static Form form(Column column) {
    return switch (column.type().name()) {
      case "tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "year" -> Form.NUMBER;
      case "date", "time", "datetime", "timestamp", "uuid", "inet4", "inet6" -> Form.TEXT;
      case "char", "varchar", "binary", "varbinary" -> Form.BYTES;
      default -> Form.OTHER;
    };
  }

  /** A text constant takes on the column's collation when it has its character set. */
  static String constant(Column column, byte[] value) {
    return switch (form(column)) {
      case NUMBER -> new String(value, StandardCharsets.US_ASCII);
      case TEXT -> "'" + new String(value, StandardCharsets.US_ASCII) + "'";
      case BYTES, OTHER ->
          column.type().charset().map(charset -> "_" + charset + " ").orElse("")
              + Quoting.hex(value);
    };
  }
}
