// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the target knows of the schema's transfer: the archive, the facts read beside it, and which
 * steps are done. A step is recorded in the transaction that does it: done and recorded, or
 * neither. All methods work on the caller's connection and transaction.
 */
final class ArchiveStore {
  private ArchiveStore() {}

  static void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE IF NOT EXISTS fram.schema_step (step text PRIMARY KEY,"
              + " detail text NOT NULL DEFAULT '')");
    }
  }

  static boolean exists(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT to_regclass('fram.schema_step') IS NOT NULL"
                    + " AND to_regclass('fram.schema_archive') IS NOT NULL")) {
      rows.next();
      return rows.getBoolean(1);
    }
  }

  static Optional<byte[]> archive(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT archive FROM fram.schema_archive")) {
      return rows.next() ? Optional.of(rows.getBytes(1)) : Optional.empty();
    }
  }

  static void saveArchive(Connection connection, byte[] archive) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("INSERT INTO fram.schema_archive (archive) VALUES (?)")) {
      statement.setBytes(1, archive);
      statement.executeUpdate();
    }
  }

  /** Written with the tables themselves: their restore was whole. */
  static void tablesDone(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("UPDATE fram.schema_archive SET done = 'tables'");
    }
  }

  static boolean areTablesDone(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT done = 'tables' FROM fram.schema_archive")) {
      return rows.next() && rows.getBoolean(1);
    }
  }

  static void record(Connection connection, String step, String detail) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO fram.schema_step (step, detail) VALUES (?, ?)"
                + " ON CONFLICT (step) DO UPDATE SET detail = excluded.detail")) {
      statement.setString(1, step);
      statement.setString(2, detail);
      statement.executeUpdate();
    }
  }

  static void forget(Connection connection, List<String> steps) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("DELETE FROM fram.schema_step WHERE step = ANY (?)")) {
      statement.setArray(1, connection.createArrayOf("text", steps.toArray()));
      statement.executeUpdate();
    }
  }

  static Optional<String> detail(Connection connection, String step) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT detail FROM fram.schema_step WHERE step = ?")) {
      statement.setString(1, step);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
      }
    }
  }

  /** What follows the prefix in the names of all recorded steps that begin with it. */
  static Set<String> withPrefix(Connection connection, String prefix) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT substr(step, length(?) + 1) FROM fram.schema_step"
                + " WHERE starts_with(step, ?)")) {
      statement.setString(1, prefix);
      statement.setString(2, prefix);
      Set<String> found = new HashSet<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(rows.getString(1));
        }
      }
      return found;
    }
  }
}
