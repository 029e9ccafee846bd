// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.engine.SchemaOption;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * On whose behalf views, routines, triggers and events run. An object whose definer the target
 * lacks can be made there, but fails when it is used.
 */
public final class Definers {
  private static final String NAME = "(?:`(?:[^`]|``)*`|\"(?:[^\"]|\"\")*\")";

  /** At the head of what the server prints; the body is a user's own text. */
  private static final Pattern CLAUSE =
      Pattern.compile(
          "^CREATE(?: OR REPLACE)?(?: ALGORITHM=\\w+)?"
              + "( DEFINER="
              + NAME
              + "(?:@"
              + NAME
              + ")?)");

  private static final String ALL =
      "SELECT table_schema, table_name, definer FROM information_schema.views"
          + " UNION ALL SELECT routine_schema, routine_name, definer"
          + " FROM information_schema.routines"
          + " UNION ALL SELECT event_schema, event_name, definer FROM information_schema.events"
          + " UNION ALL SELECT event_object_schema, event_object_table, definer"
          + " FROM information_schema.triggers";

  private Definers() {}

  /** Each definer ({@code user@host}) of the source's objects in scope, with one of them. */
  public static Map<String, TableId> used(Connection source, Catalog catalog) throws SQLException {
    Map<String, TableId> found = new TreeMap<>();
    Sql.list(
            source,
            ALL,
            row -> Map.entry(row.getString(3), new TableId(row.getString(1), row.getString(2))))
        .stream()
        .filter(entry -> catalog.covers(entry.getValue()))
        .forEach(entry -> found.putIfAbsent(entry.getKey(), entry.getValue()));
    return found;
  }

  /** Of {@link #used}, those that the target lacks. */
  public static Map<String, TableId> missing(Connection source, Connection target, Catalog catalog)
      throws SQLException {
    Set<String> there =
        new TreeSet<>(
            Sql.list(
                target,
                "SELECT CASE WHEN host = '' THEN user ELSE CONCAT(user, '@', host) END"
                    + " FROM mysql.user",
                row -> row.getString(1)));
    Map<String, TableId> missing = new TreeMap<>(used(source, catalog));
    missing.keySet().removeAll(there);
    return missing;
  }

  /** The object with its definer, or without when the user wants his own login to be it. */
  static SchemaObject keep(SchemaObject object, Set<SchemaOption> options) {
    if (!options.contains(SchemaOption.NO_OWNER)) {
      return object;
    }
    Matcher clause = CLAUSE.matcher(object.text());
    return clause.find()
        ? object.withText(SqlText.without(object.text(), clause.start(1), clause.end(1)))
        : object;
  }

  /** With the blank before it; empty when there is none. */
  static String clause(String text) {
    Matcher clause = CLAUSE.matcher(text);
    return clause.find() ? clause.group(1) : "";
  }
}
