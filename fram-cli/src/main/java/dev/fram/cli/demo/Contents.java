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
final class Contents {
  private static final String TABLES =
      """
      SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'fram')
      ORDER BY 1
      """;

  private Contents() {}

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

  /** Tables that differ, or that only one side has. */
  static List<String> differences(Map<String, String> source, Map<String, String> target) {
    List<String> differences = new ArrayList<>();
    Map<String, String> all = new TreeMap<>(source);
    all.putAll(target);
    for (String table : all.keySet()) {
      String here = source.getOrDefault(table, "missing");
      String there = target.getOrDefault(table, "missing");
      if (!here.equals(there)) {
        differences.add(table + ": source " + here + ", target " + there);
      }
    }
    return differences;
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
