// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Quoting;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A table as a server's catalog describes it: what has to be known to write to it, or to find rows
 * by their key.
 *
 * @param id its name
 * @param partitioned whether it holds no rows itself
 * @param columns its columns by name
 * @param keys its unique keys without NULLs, the primary key first
 */
public record TargetTable(
    TableId id, boolean partitioned, Map<String, TargetColumn> columns, List<UniqueKey> keys) {

  /**
   * A key that names exactly one row.
   *
   * @param operators its columns, each with the equality operator of its index: a type's operator
   *     may live in any schema, and only the index's own finds rows through the index
   */
  public record UniqueKey(Map<String, String> operators) {}

  private static final String TABLE =
      "SELECT c.oid, c.relkind = 'p' FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p')";

  private static final String COLUMNS =
      """
      SELECT a.attname, a.atttypid, a.atttypmod, format_type(a.atttypid, -1),
             CASE WHEN t.typarray <> 0 AND t.typtype <> 'c'
                       AND (t.typtype <> 'd' OR b.typtype NOT IN ('c', 'd'))
                  THEN format_type(t.typarray, -1) END,
             t.typdelim, a.attnotnull AND NOT a.atthasdef AND a.attidentity = '',
             a.attidentity = 'a', a.attgenerated <> ''
        FROM pg_attribute a
        JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_type b ON b.oid = t.typbasetype
       WHERE a.attrelid = ? AND a.attnum > 0 AND NOT a.attisdropped
       ORDER BY a.attnum
      """;

  private static final String KEYS =
      """
      SELECT array_agg(a.attname::text ORDER BY k.n),
             array_agg(format('OPERATOR(%I.%s)', n.nspname, o.oprname) ORDER BY k.n)
        FROM pg_index i
        CROSS JOIN LATERAL generate_series(0, i.indnkeyatts - 1) AS k (n)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.n]
        JOIN pg_opclass c ON c.oid = i.indclass[k.n]
        JOIN pg_amop m ON m.amopfamily = c.opcfamily AND m.amopstrategy = 3
                      AND m.amoplefttype = c.opcintype AND m.amoprighttype = c.opcintype
        JOIN pg_operator o ON o.oid = m.amopopr
        JOIN pg_namespace n ON n.oid = o.oprnamespace
       WHERE i.indrelid = ? AND i.indisunique AND i.indisvalid AND i.indimmediate
         AND i.indpred IS NULL AND i.indexprs IS NULL
       GROUP BY i.indexrelid, i.indisprimary
      HAVING bool_and(a.attnotnull)
       ORDER BY i.indisprimary DESC, i.indexrelid
      """;

  public static Optional<TargetTable> load(Connection connection, TableId id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TABLE)) {
      statement.setString(1, id.schema());
      statement.setString(2, id.name());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        long oid = row.getLong(1);
        boolean partitioned = row.getBoolean(2);
        return Optional.of(
            new TargetTable(id, partitioned, columns(connection, oid), keys(connection, oid)));
      }
    }
  }

  /** The table in a statement; rows of tables that inherit from it are never meant. */
  String inStatement() {
    return (partitioned ? "" : "ONLY ") + Quoting.table(id);
  }

  private static Map<String, TargetColumn> columns(Connection connection, long oid)
      throws SQLException {
    Map<String, TargetColumn> columns = new LinkedHashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
      statement.setLong(1, oid);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          TargetColumn column = TargetColumn.read(row);
          columns.put(column.name(), column);
        }
      }
    }
    return columns;
  }

  private static List<UniqueKey> keys(Connection connection, long oid) throws SQLException {
    List<UniqueKey> keys = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(KEYS)) {
      statement.setLong(1, oid);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          String[] names = texts(row.getArray(1));
          String[] operators = texts(row.getArray(2));
          Map<String, String> key = new LinkedHashMap<>();
          for (int i = 0; i < names.length; i++) {
            key.put(names[i], operators[i]);
          }
          keys.add(new UniqueKey(key));
        }
      }
    }
    return keys;
  }

  private static String[] texts(Array array) throws SQLException {
    return (String[]) array.getArray();
  }
}
