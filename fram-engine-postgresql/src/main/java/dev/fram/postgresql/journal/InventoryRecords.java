// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.journal;

import dev.fram.api.engine.ObjectFact;
import dev.fram.api.engine.RowVerdict;
import dev.fram.api.engine.SavedInventory;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Sql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The list of the source's objects, and what was found of each table. Made when they are first
 * written: a migration that an older Fram has begun lacks them. Works on the caller's connection.
 */
final class InventoryRecords {
  private static final int BATCH = 1000;

  static final List<String> STATEMENTS =
      List.of(
          """
          CREATE TABLE IF NOT EXISTS fram.verdict (
            schema_name text NOT NULL,
            table_name text NOT NULL,
            verdict text NOT NULL,
            PRIMARY KEY (schema_name, table_name))
          """,
          """
          CREATE TABLE IF NOT EXISTS fram.inventory (
            only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
            major int NOT NULL,
            taken_at timestamptz NOT NULL DEFAULT clock_timestamp())
          """,
          """
          CREATE TABLE IF NOT EXISTS fram.object (
            kind text NOT NULL,
            schema_name text NOT NULL,
            name text NOT NULL,
            definition text NOT NULL,
            table_schema text,
            table_name text,
            due text NOT NULL,
            reach text NOT NULL,
            excluded_by text)
          """);

  private InventoryRecords() {}

  private static void create(Connection connection) throws SQLException {
    for (String statement : STATEMENTS) {
      Sql.run(connection, statement);
    }
  }

  private static boolean exists(Connection connection) throws SQLException {
    return Sql.number(
            connection,
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE n.nspname = 'fram' AND c.relname IN ('verdict', 'inventory', 'object')")
        == STATEMENTS.size();
  }

  static int saveVerdict(Connection connection, TableId table, RowVerdict verdict)
      throws SQLException {
    return Sql.update(
        connection,
        "INSERT INTO fram.verdict (schema_name, table_name, verdict) VALUES (?, ?, ?)"
            + " ON CONFLICT (schema_name, table_name) DO UPDATE SET verdict = excluded.verdict",
        table.schema(),
        table.name(),
        verdict.name());
  }

  static int forgetVerdicts(Connection connection) throws SQLException {
    create(connection);
    return Sql.update(connection, "DELETE FROM fram.verdict");
  }

  static Map<TableId, RowVerdict> verdicts(Connection connection) throws SQLException {
    Map<TableId, RowVerdict> found = new HashMap<>();
    if (exists(connection)) {
      Sql.list(
              connection,
              "SELECT schema_name, table_name, verdict FROM fram.verdict",
              row ->
                  Map.entry(
                      new TableId(row.getString(1), row.getString(2)),
                      RowVerdict.valueOf(row.getString(3))))
          .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
    }
    return found;
  }

  static int save(Connection connection, SavedInventory inventory) throws SQLException {
    create(connection);
    Sql.update(connection, "DELETE FROM fram.object");
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO fram.object VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      int waiting = 0;
      for (ObjectFact fact : inventory.objects()) {
        bind(insert, fact);
        insert.addBatch();
        if (++waiting == BATCH) {
          insert.executeBatch();
          waiting = 0;
        }
      }
      insert.executeBatch();
    }
    return Sql.update(
        connection,
        "INSERT INTO fram.inventory (major) VALUES (?) ON CONFLICT (only_one)"
            + " DO UPDATE SET major = excluded.major, taken_at = clock_timestamp()",
        inventory.major());
  }

  private static void bind(PreparedStatement insert, ObjectFact fact) throws SQLException {
    insert.setString(1, fact.id().kind());
    insert.setString(2, fact.id().schema());
    insert.setString(3, fact.id().name());
    insert.setString(4, fact.definition());
    insert.setString(5, fact.rows().map(TableId::schema).orElse(null));
    insert.setString(6, fact.rows().map(TableId::name).orElse(null));
    insert.setString(7, fact.due().name());
    insert.setString(8, fact.reach().name());
    insert.setString(9, fact.excludedBy().orElse(null));
  }

  static Optional<SavedInventory> load(Connection connection) throws SQLException {
    if (!exists(connection)) {
      return Optional.empty();
    }
    List<ObjectFact> objects =
        Sql.list(
            connection,
            "SELECT kind, schema_name, name, definition, table_schema, table_name, due, reach,"
                + " excluded_by FROM fram.object",
            InventoryRecords::fact);
    return Sql.first(
        connection,
        "SELECT major FROM fram.inventory",
        row -> new SavedInventory(row.getInt(1), objects));
  }

  private static ObjectFact fact(ResultSet row) throws SQLException {
    String schema = row.getString(5);
    return new ObjectFact(
        new ObjectFact.Id(row.getString(1), row.getString(2), row.getString(3)),
        row.getString(4),
        Optional.ofNullable(row.getString(6)).map(name -> new TableId(schema, name)),
        ObjectFact.Due.valueOf(row.getString(7)),
        ObjectFact.Reach.valueOf(row.getString(8)),
        Optional.ofNullable(row.getString(9)));
  }
}
