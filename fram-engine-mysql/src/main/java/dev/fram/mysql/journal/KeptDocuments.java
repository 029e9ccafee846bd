// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.journal;

import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** What is kept for the report, one document a name. Works on the caller's connection. */
final class KeptDocuments {
  private KeptDocuments() {}

  /** Outside a transaction: DDL would end it. What may be kept before there is a migration. */
  static int create(Connection connection) throws SQLException {
    if (exists(connection)) {
      return 0;
    }
    Sql.run(connection, JournalSchema.DATABASE);
    Sql.run(connection, JournalSchema.KEPT);
    return 1;
  }

  /**
   * Does nothing without the table: a migration that an older Fram has begun lacks it, and making
   * it here could bring the database back while another thread removes it.
   */
  static int save(Connection connection, String name, String document) throws SQLException {
    if (!exists(connection)) {
      return 0;
    }
    return Sql.update(
        connection,
        "INSERT INTO fram.kept (name, document) VALUES (?, ?)"
            + " ON DUPLICATE KEY UPDATE document = VALUES(document)",
        name,
        document);
  }

  static Optional<String> load(Connection connection, String name) throws SQLException {
    return exists(connection)
        ? Sql.first(
            connection,
            "SELECT document FROM fram.kept WHERE name = ?",
            row -> MySqlJournal.text(row, 1),
            name)
        : Optional.empty();
  }

  private static boolean exists(Connection connection) throws SQLException {
    return Sql.number(
            connection,
            "SELECT COUNT(*) FROM information_schema.TABLES"
                + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME = 'kept'")
        > 0;
  }
}
