// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.comparison;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Every object of the user's databases as the server's own SHOW CREATE says it. Left out: when it
 * was made, the counter of AUTO_INCREMENT (kept apart), whether an event is switched on, which only
 * one of two servers may have, and a semicolon behind a program.
 */
final class MySqlObjects {
  /** Quoted names of databases that are the server's or Fram's. */
  static final String NOT_OF_A_USER =
      "'mysql', 'sys', 'information_schema', 'performance_schema', 'fram'";

  private static final Set<String> NOT_COMPARED = Set.of("Created");
  private static final Pattern COUNTER = Pattern.compile(" AUTO_INCREMENT=(\\d+)");
  private static final Pattern EVENT_STATE =
      Pattern.compile("(ON COMPLETION (?:NOT )?PRESERVE) (?:ENABLE|DISABLE(?: ON [A-Z]+)?)");

  private final Map<String, String> texts = new TreeMap<>();
  private final Map<String, Long> counters = new TreeMap<>();

  private MySqlObjects() {}

  static MySqlObjects read(Connection connection) throws SQLException {
    MySqlObjects objects = new MySqlObjects();
    objects.add(connection, "DATABASE", list("schema_name", "''", "schemata", "schema_name"));
    objects.add(
        connection,
        "TABLE",
        list("table_schema", "table_name", "tables", "table_schema")
            + " AND table_type = 'BASE TABLE'");
    objects.add(connection, "VIEW", list("table_schema", "table_name", "views", "table_schema"));
    objects.add(
        connection,
        "TRIGGER",
        list("trigger_schema", "trigger_name", "triggers", "trigger_schema"));
    for (String kind : new String[] {"PROCEDURE", "FUNCTION"}) {
      objects.add(
          connection,
          kind,
          list("routine_schema", "routine_name", "routines", "routine_schema")
              + " AND routine_type = '"
              + kind
              + "'");
    }
    objects.add(connection, "EVENT", list("event_schema", "event_name", "events", "event_schema"));
    objects.addTriggerOrder(connection);
    return objects;
  }

  /** Kind and qualified name to its text. */
  Map<String, String> texts() {
    return texts;
  }

  /** Qualified table name to its next AUTO_INCREMENT, where the server tells one. */
  Map<String, Long> counters() {
    return counters;
  }

  private static String list(String database, String name, String from, String filter) {
    return "SELECT %s, %s FROM information_schema.%s WHERE %s NOT IN (%s)"
        .formatted(database, name, from, filter, NOT_OF_A_USER);
  }

  private void add(Connection connection, String kind, String list) throws SQLException {
    try (Statement statement = connection.createStatement();
        Statement show = connection.createStatement();
        ResultSet rows = statement.executeQuery(list)) {
      while (rows.next()) {
        String database = MySqlTables.quoted(rows.getString(1));
        String name =
            kind.equals("DATABASE")
                ? database
                : database + "." + MySqlTables.quoted(rows.getString(2));
        try (ResultSet shown = show.executeQuery("SHOW CREATE " + kind + " " + name)) {
          shown.next();
          texts.put(kind + " " + name, text(name, shown));
        }
      }
    }
  }

  private String text(String name, ResultSet shown) throws SQLException {
    StringBuilder text = new StringBuilder();
    ResultSetMetaData columns = shown.getMetaData();
    for (int column = 1; column <= columns.getColumnCount(); column++) {
      String label = columns.getColumnLabel(column);
      if (!NOT_COMPARED.contains(label)) {
        text.append(label).append(": ").append(ended(shown.getString(column))).append('\n');
      }
    }
    Matcher counter = COUNTER.matcher(text);
    if (counter.find()) {
      counters.put(name, Long.parseLong(counter.group(1)));
    }
    String withoutCounter = COUNTER.matcher(text).replaceFirst("");
    return EVENT_STATE.matcher(withoutCounter).replaceFirst("$1");
  }

  /**
   * A program that came with others in one text keeps the semicolon behind it, and no server lets
   * it be made so when it comes alone.
   */
  private static @Nullable String ended(@Nullable String text) {
    return text != null && text.endsWith(";") ? text.substring(0, text.length() - 1) : text;
  }

  private void addTriggerOrder(Connection connection) throws SQLException {
    String sql = list("trigger_schema", "trigger_name, action_order", "triggers", "trigger_schema");
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        String name =
            MySqlTables.quoted(rows.getString(1)) + "." + MySqlTables.quoted(rows.getString(2));
        texts.merge("TRIGGER " + name, "order: " + rows.getString(3), String::concat);
      }
    }
  }
}
