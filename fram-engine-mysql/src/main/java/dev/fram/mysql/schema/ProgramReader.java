// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.schema.SchemaObject.Fact;
import dev.fram.mysql.schema.SchemaObject.Kind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what the source's databases hold besides tables: routines, views, triggers, events, each
 * with the settings it was made under. Works on the caller's session; takes no lock.
 */
final class ProgramReader {
  private final Catalog catalog;
  private final String server;

  ProgramReader(Catalog catalog, String server) {
    this.catalog = catalog;
    this.server = server;
  }

  /** The name of a program and what belongs to it. */
  private record Entry(Kind kind, TableId id, Map<Fact, String> facts) {}

  /** Functions, procedures, packages and views in scope. */
  List<SchemaObject> routinesAndViews(Connection connection) throws SQLException {
    List<SchemaObject> found = new ArrayList<>();
    List<Entry> entries = new ArrayList<>();
    entries.addAll(
        Sql.list(
            connection,
            "SELECT routine_type, routine_schema, routine_name, definer"
                + " FROM information_schema.routines ORDER BY 1, 2, 3",
            ProgramReader::routine));
    entries.addAll(
        Sql.list(
            connection,
            "SELECT 'VIEW', table_schema, table_name, definer FROM information_schema.views"
                + " ORDER BY 2, 3",
            ProgramReader::routine));
    for (Entry entry : entries) {
      if (catalog.covers(entry.id())) {
        found.add(show(connection, entry));
      }
    }
    return found;
  }

  /** Triggers of tables in scope, each table's in the order in which they fire. */
  List<SchemaObject> triggers(Connection connection) throws SQLException {
    List<Entry> entries =
        Sql.list(
            connection,
            "SELECT trigger_schema, trigger_name, event_object_table, definer"
                + " FROM information_schema.triggers"
                + " WHERE trigger_schema = event_object_schema"
                + " ORDER BY 1, 3, action_timing, event_manipulation, action_order",
            row -> {
              Map<Fact, String> facts = new EnumMap<>(Fact.class);
              facts.put(Fact.TABLE, row.getString(3));
              facts.put(Fact.DEFINER, row.getString(4));
              return new Entry(
                  Kind.TRIGGER, new TableId(row.getString(1), row.getString(2)), facts);
            });
    List<SchemaObject> found = new ArrayList<>();
    for (Entry entry : entries) {
      String table = Optional.ofNullable(entry.facts().get(Fact.TABLE)).orElseThrow();
      if (catalog.covers(new TableId(entry.id().schema(), table))) {
        found.add(show(connection, entry));
      }
    }
    return found;
  }

  /** Events in scope, with their state. */
  List<SchemaObject> events(Connection connection) throws SQLException {
    List<Entry> entries =
        Sql.list(
            connection,
            "SELECT event_schema, event_name, status, definer, time_zone"
                + " FROM information_schema.events ORDER BY 1, 2",
            row -> {
              Map<Fact, String> facts = new EnumMap<>(Fact.class);
              facts.put(Fact.STATE, row.getString(3));
              facts.put(Fact.DEFINER, row.getString(4));
              facts.put(Fact.TIME_ZONE, row.getString(5));
              return new Entry(Kind.EVENT, new TableId(row.getString(1), row.getString(2)), facts);
            });
    List<SchemaObject> found = new ArrayList<>();
    for (Entry entry : entries) {
      if (catalog.covers(entry.id())) {
        found.add(show(connection, entry));
      }
    }
    return found;
  }

  private static Entry routine(ResultSet row) throws SQLException {
    Map<Fact, String> facts = new EnumMap<>(Fact.class);
    facts.put(Fact.DEFINER, row.getString(4));
    return new Entry(
        Kind.valueOf(row.getString(1).replace(' ', '_')),
        new TableId(row.getString(2), row.getString(3)),
        facts);
  }

  /** The columns of SHOW CREATE stand in another order for each kind (manual, 15.7.7). */
  private SchemaObject show(Connection connection, Entry entry) throws SQLException {
    int text = entry.kind() == Kind.VIEW ? 2 : entry.kind() == Kind.EVENT ? 4 : 3;
    return Sql.first(
            connection,
            "SHOW CREATE " + entry.kind().words() + " " + Quoting.table(entry.id()),
            row -> {
              Map<Fact, String> facts = entry.facts();
              facts.put(Fact.CLIENT, row.getString(text + 1));
              facts.put(Fact.CONNECTION_COLLATION, row.getString(text + 2));
              if (entry.kind() != Kind.VIEW) {
                facts.put(Fact.SQL_MODE, row.getString(2));
                facts.put(Fact.DATABASE_COLLATION, row.getString(text + 3));
              }
              String create =
                  Optional.ofNullable(row.getString(text)).orElseThrow(() -> hidden(entry));
              return new SchemaObject(
                  entry.kind(), entry.id().schema(), entry.id().name(), create, facts);
            })
        .orElseThrow(() -> hidden(entry));
  }

  /** The server shows a routine's name, but not its body, to accounts that may only call it. */
  private FramException hidden(Entry entry) {
    return new FramException(
        ErrorCode.PRIVILEGE_MISSING,
        server + ": the body of " + entry.kind().words() + " " + entry.id() + " cannot be read.",
        "Grant SHOW_ROUTINE (MySQL 8.0.20 or later), or SELECT on all tables, to Fram's login on"
            + " the source.");
  }
}
