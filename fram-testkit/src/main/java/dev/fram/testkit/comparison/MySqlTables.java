// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.comparison;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The base tables of all databases that are a user's, and an expression for each that is the text
 * of one whole row: equal exactly when every byte of every column is, hidden and generated ones
 * included. Used on the thread of its connection.
 */
public final class MySqlTables {
  private static final String COLUMNS =
      """
      SELECT c.table_schema, c.table_name, c.column_name, c.data_type
      FROM information_schema.columns c
      JOIN information_schema.tables t USING (table_schema, table_name)
      WHERE t.table_type = 'BASE TABLE' AND c.table_schema NOT IN (%s)
      ORDER BY 1, 2, c.ordinal_position
      """
          .formatted(MySqlObjects.NOT_OF_A_USER);

  private MySqlTables() {}

  /** Qualified and quoted table name to its row's text, in the order of the names. */
  static Map<String, String> rowTexts(Connection connection) throws SQLException {
    Map<String, List<String>> columns = new TreeMap<>();
    try (PreparedStatement query = connection.prepareStatement(COLUMNS);
        ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        String table = quoted(rows.getString(1)) + "." + quoted(rows.getString(2));
        columns
            .computeIfAbsent(table, key -> new ArrayList<>())
            .add(text(quoted(rows.getString(3)), rows.getString(4).toLowerCase(Locale.ROOT)));
      }
    }
    Map<String, String> texts = new TreeMap<>();
    columns.forEach((table, parts) ->
        texts.put(
            table,
            parts.stream()
                .map(part -> "COALESCE(" + part + ", '~')")
                .collect(Collectors.joining(", ", "CONCAT_WS(',', ", ")"))));
    return texts;
  }

  /**
   * One line for each table: rows, and the exclusive or and the sum of the rows' hashes. Reads in
   * the connection's own snapshot, if it is in a transaction that has one.
   */
  public static Map<String, String> digests(Connection connection) throws SQLException {
    Map<String, String> digests = new TreeMap<>();
    for (Map.Entry<String, String> table : rowTexts(connection).entrySet()) {
      String sql =
          "SELECT CONCAT(COUNT(*), ' rows ', COALESCE(BIT_XOR(h), 0), '/', COALESCE(SUM(h), 0))"
              + " FROM (SELECT CAST(CONV(LEFT(SHA2(%s, 256), 15), 16, 10) AS UNSIGNED) AS h FROM %s) r"
                  .formatted(table.getValue(), table.getKey());
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(sql)) {
        rows.next();
        digests.put(table.getKey(), rows.getString(1));
      }
    }
    return digests;
  }

  static String quoted(String identifier) {
    return '`' + identifier.replace("`", "``") + '`';
  }

  /** FLOAT shows six digits by itself, and as a DOUBLE all that it has. */
  private static String text(String column, String type) {
    return switch (type) {
      case "float" -> "CAST(" + column + " AS DOUBLE)";
      case "bit", "year" -> column + " + 0";
      case "enum", "set" -> "CONCAT(" + column + " + 0, ':', HEX(" + column + "))";
      case "json" -> "SHA2(CAST(" + column + " AS CHAR), 256)";
      case "text", "mediumtext", "longtext", "blob", "mediumblob", "longblob" ->
          "CONCAT(LENGTH(" + column + "), ':', SHA2(" + column + ", 256))";
      case "date", "time", "datetime", "timestamp" -> "CAST(" + column + " AS CHAR)";
      case "tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "double" -> column;
      default -> "HEX(" + column + ")";
    };
  }
}
