// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.connection;

import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Statements without ceremony. Stateless; the connection stays the caller's. */
public final class Sql {
  private Sql() {}

  /** Makes an object of the row that the cursor stands on. */
  @FunctionalInterface
  public interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** All rows of a query; the values are bound. */
  public static <T> List<T> list(
      Connection connection, String sql, Reader<T> reader, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, values);
      List<T> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(reader.read(rows));
        }
      }
      return found;
    }
  }

  /** The first row of a query. */
  public static <T> Optional<T> first(
      Connection connection, String sql, Reader<T> reader, Object... values) throws SQLException {
    return list(connection, sql, reader, values).stream().findFirst();
  }

  /** The text in the first column of the only row; an empty text for NULL. */
  public static String text(Connection connection, String sql, Object... values)
      throws SQLException {
    return first(connection, sql, row -> Optional.ofNullable(row.getString(1)).orElse(""), values)
        .orElse("");
  }

  /** The number in the first column of the only row; 0 for NULL. */
  public static long number(Connection connection, String sql, Object... values)
      throws SQLException {
    return first(connection, sql, row -> row.getLong(1), values).orElse(0L);
  }

  /**
   * The server's global variables whose names match a LIKE pattern: names in lower case, in order.
   * One that the server does not know is simply not there.
   */
  public static Map<String, String> variables(Connection connection, String like)
      throws SQLException {
    Map<String, String> found = new TreeMap<>();
    list(
            connection,
            "SHOW GLOBAL VARIABLES LIKE " + Quoting.literal(like),
            row -> Map.entry(row.getString(1), Optional.ofNullable(row.getString(2)).orElse("")))
        .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
    return found;
  }

  /** One global variable; empty when the server does not know it. */
  public static Optional<String> variable(Connection connection, String name) throws SQLException {
    return Optional.ofNullable(variables(connection, name.replace("_", "\\_")).get(name));
  }

  /** Runs an INSERT, UPDATE or DELETE; how many rows it found (not: changed). */
  public static int update(Connection connection, String sql, Object... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, values);
      return statement.executeUpdate();
    }
  }

  /** Runs one statement that takes no values. */
  public static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** A statement whose rows come one by one and are never all in memory; wants no other beside. */
  public static Statement streaming(Connection connection) throws SQLException {
    Statement statement =
        connection.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
    // The driver's own sign for it (Connector/J manual, "JDBC API implementation notes").
    statement.setFetchSize(Integer.MIN_VALUE);
    return statement;
  }

  /**
   * Runs a LOAD DATA LOCAL whose "file" is this stream; how many rows it loaded. Wants a session of
   * {@link Connector#openWriter}. The server sends warnings instead of errors: the caller counts.
   */
  public static long load(Connection connection, String sql, InputStream rows) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.unwrap(com.mysql.cj.jdbc.JdbcStatement.class).setLocalInfileInputStream(rows);
      return statement.executeLargeUpdate(sql);
    }
  }

  private static void bind(PreparedStatement statement, Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
  }
}
