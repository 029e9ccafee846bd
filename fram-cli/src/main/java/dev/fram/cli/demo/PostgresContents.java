// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.demo;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What every table of a database holds, as one line each: rows, and two sums of the rows' hashes.
 * Written without the engine's own digest, so that the proof does not lean on what it proves.
 */
final class PostgresContents {
  private static final String TABLES =
      """
      SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'fram')
      ORDER BY 1
      """;

  private PostgresContents() {}

  /** Reads all tables in the connection's own snapshot, if it is in a transaction that has one. */
  static Map<String, String> read(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      List<String> tables = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery(TABLES)) {
        while (rows.next()) {
          tables.add(rows.getString(1));
        }
      }
      Map<String, String> contents = new TreeMap<>();
      for (String table : tables) {
        contents.put(table, digest(statement, table));
      }
      return contents;
    }
  }

  private static String digest(Statement statement, String table) throws SQLException {
    String sql =
        "SELECT count(*) || ' rows ' || coalesce(sum(hashtextextended(r::text, 0)::numeric), 0)"
            + " || '/' || coalesce(sum(hashtextextended(r::text, 1)::numeric), 0) FROM "
            + table
            + " r";
    try (ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
