// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything a server prints of its users' schemas and accounts, in a fixed order. Uses nothing of
 * the code under test.
 */
final class SchemaDump {
  private static final String OWN =
      "('fram', 'mysql', 'sys', 'information_schema', 'performance_schema', 'test')";
  private static final String OWN_ACCOUNTS =
      "('root', '', 'mysql.sys', 'mysql.session', 'mysql.infoschema', 'mariadb.sys', 'PUBLIC')";

  private SchemaDump() {}

  static List<String> of(Connection connection) throws SQLException {
    List<String> lines = new ArrayList<>();
    boolean mariaDb = connection.getMetaData().getDatabaseProductVersion().contains("MariaDB");
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET sql_mode = '', time_zone = '+00:00'");
      if (!mariaDb) {
        statement.execute("SET print_identified_with_as_hex = 1");
      }
      show(
          statement,
          "SELECT 'DATABASE', schema_name, '' FROM information_schema.schemata"
              + " WHERE schema_name NOT IN "
              + OWN
              + " ORDER BY 2",
          lines);
      show(
          statement,
          "SELECT CASE table_type WHEN 'VIEW' THEN 'VIEW' WHEN 'SEQUENCE' THEN 'SEQUENCE'"
              + " ELSE 'TABLE' END, table_schema, table_name FROM information_schema.tables"
              + " WHERE table_schema NOT IN "
              + OWN
              + " ORDER BY 2, 3",
          lines);
      show(
          statement,
          "SELECT routine_type, routine_schema, routine_name FROM information_schema.routines"
              + " WHERE routine_schema NOT IN "
              + OWN
              + " ORDER BY 1, 2, 3",
          lines);
      show(
          statement,
          "SELECT 'TRIGGER', trigger_schema, trigger_name FROM information_schema.triggers"
              + " WHERE trigger_schema NOT IN "
              + OWN
              + " ORDER BY 2, event_object_table, action_timing, event_manipulation, action_order",
          lines);
      show(
          statement,
          "SELECT 'EVENT', event_schema, event_name FROM information_schema.events"
              + " WHERE event_schema NOT IN "
              + OWN
              + " ORDER BY 2, 3",
          lines);
      for (String account : accounts(statement)) {
        if (account.contains("@")) {
          rows(statement, "SHOW CREATE USER " + account, lines);
        }
        List<String> grants = new ArrayList<>();
        rows(statement, "SHOW GRANTS FOR " + account, grants);
        grants.stream().sorted().forEach(lines::add);
      }
    }
    return lines;
  }

  private static void show(Statement statement, String objects, List<String> lines)
      throws SQLException {
    List<String> wanted = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(objects)) {
      while (rows.next()) {
        String name = quoted(rows.getString(2));
        wanted.add(
            rows.getString(1)
                + " "
                + name
                + (rows.getString(3).isEmpty() ? "" : "." + quoted(rows.getString(3))));
      }
    }
    for (String object : wanted) {
      rows(statement, "SHOW CREATE " + object, lines);
    }
  }

  private static void rows(Statement statement, String sql, List<String> lines)
      throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      int columns = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        for (int i = 1; i <= columns; i++) {
          if (!rows.getMetaData().getColumnLabel(i).equals("Created")) {
            String text = String.valueOf(rows.getString(i));
            text.replaceFirst("(?m)(^\\).*) AUTO_INCREMENT=\\d+", "$1").lines().forEach(lines::add);
          }
        }
      }
    }
  }

  private static List<String> accounts(Statement statement) throws SQLException {
    List<String> found = new ArrayList<>();
    try (ResultSet rows =
        statement.executeQuery(
            "SELECT user, host FROM mysql.user WHERE user NOT IN "
                + OWN_ACCOUNTS
                + " ORDER BY 1, 2")) {
      while (rows.next()) {
        String host = rows.getString(2);
        found.add(quoted(rows.getString(1)) + (host.isEmpty() ? "" : "@" + quoted(host)));
      }
    }
    return found;
  }

  /** Drops every database and account that is not the server's own. */
  static void clear(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET foreign_key_checks = 0");
      List<String> drops = new ArrayList<>();
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT schema_name FROM information_schema.schemata"
                  + " WHERE schema_name = 'fram' OR schema_name NOT IN "
                  + OWN)) {
        while (rows.next()) {
          drops.add("DROP DATABASE " + quoted(rows.getString(1)));
        }
      }
      for (String account : accounts(statement)) {
        drops.add("DROP " + (account.contains("@") ? "USER " : "ROLE ") + account);
      }
      for (String drop : drops) {
        statement.execute(drop);
      }
    }
  }

  private static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }
}
