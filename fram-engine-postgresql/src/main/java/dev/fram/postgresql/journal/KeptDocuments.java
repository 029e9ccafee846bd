// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.journal;

import dev.fram.postgresql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** What is kept for the report, one document a name. Works on the caller's connection. */
final class KeptDocuments {
  static final String TABLE =
      "CREATE TABLE IF NOT EXISTS fram.kept (name text PRIMARY KEY, document text NOT NULL)";

  private KeptDocuments() {}

  /** What may be kept before there is a migration. */
  static void create(Connection connection) throws SQLException {
    if (!exists(connection)) {
      Sql.run(connection, "CREATE SCHEMA IF NOT EXISTS fram");
      Sql.run(connection, TABLE);
    }
  }

  /**
   * Does nothing without the table: a migration that an older Fram has begun lacks it, and making
   * it here could bring the schema back while another thread removes it.
   */
  static int save(Connection connection, String name, String document) throws SQLException {
    if (!exists(connection)) {
      return 0;
    }
    return Sql.update(
        connection,
        "INSERT INTO fram.kept (name, document) VALUES (?, ?)"
            + " ON CONFLICT (name) DO UPDATE SET document = excluded.document",
        name,
        document);
  }

  static Optional<String> load(Connection connection, String name) throws SQLException {
    return exists(connection)
        ? Sql.first(
            connection,
            "SELECT document FROM fram.kept WHERE name = ?",
            row -> PostgresJournal.text(row, 1),
            name)
        : Optional.empty();
  }

  private static boolean exists(Connection connection) throws SQLException {
    return Sql.number(
            connection,
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE n.nspname = 'fram' AND c.relname = 'kept'")
        > 0;
  }
}
