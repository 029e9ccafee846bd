// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.connection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

  /** All rows of a query that may hold question marks of its own: nothing is bound. */
  public static <T> List<T> listAsItStands(Connection connection, String sql, Reader<T> reader)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      List<T> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery(sql)) {
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

  /** Runs an INSERT, UPDATE or DELETE; how many rows it hit. */
  public static int update(Connection connection, String sql, Object... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, values);
      return statement.executeUpdate();
    }
  }

  /** Runs statements that take no values; several are separated by semicolons. */
  public static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void bind(PreparedStatement statement, Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
  }
}
