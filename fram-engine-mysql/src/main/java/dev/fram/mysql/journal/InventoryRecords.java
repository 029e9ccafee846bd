// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.journal;

import dev.fram.api.engine.ObjectFact;
import dev.fram.api.engine.RowVerdict;
import dev.fram.api.engine.SavedInventory;
import dev.fram.api.model.TableId;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The list of the source's objects, and what was found of each table. Made when they are first
 * written: a migration that an older Fram has begun lacks them. Works on the caller's connection.
 */
final class InventoryRecords {
  private static final int BATCH = 500;

  private static final List<String> STATEMENTS =
      List.of(
          JournalSchema.table(
              "verdict",
              "schema_name varchar(64) NOT NULL, table_name varchar(64) NOT NULL,"
                  + " verdict varchar(16) NOT NULL, PRIMARY KEY (schema_name, table_name)"),
          JournalSchema.table(
              "inventory",
              "only_one tinyint NOT NULL DEFAULT 1 PRIMARY KEY, major int NOT NULL,"
                  + " taken_at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)"),
          JournalSchema.table(
              "object",
              "number bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, kind varchar(64) NOT NULL,"
                  + " schema_name varchar(64) NOT NULL, name text NOT NULL,"
                  + " definition varchar(64) NOT NULL, table_schema varchar(64),"
                  + " table_name varchar(64), due varchar(32) NOT NULL,"
                  + " reach varchar(16) NOT NULL, excluded_by text"));

  private InventoryRecords() {}

  static int create(Connection connection) throws SQLException {
    if (!exists(connection)) {
      for (String statement : STATEMENTS) {
        Sql.run(connection, statement);
      }
    }
    return STATEMENTS.size();
  }

  private static boolean exists(Connection connection) throws SQLException {
    return Sql.number(
            connection,
            "SELECT count(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'fram'"
                + " AND TABLE_NAME IN ('verdict', 'inventory', 'object')")
        == STATEMENTS.size();
  }

  static int saveVerdict(Connection connection, TableId table, RowVerdict verdict)
      throws SQLException {
    return Sql.update(
        connection,
        "INSERT INTO fram.verdict (schema_name, table_name, verdict) VALUES (?, ?, ?)"
            + " ON DUPLICATE KEY UPDATE verdict = VALUES(verdict)",
        table.schema(),
        table.name(),
        verdict.name());
  }

  static int forgetVerdicts(Connection connection) throws SQLException {
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
    Sql.update(connection, "DELETE FROM fram.object");
    List<ObjectFact> objects = inventory.objects();
    for (int i = 0; i < objects.size(); i += BATCH) {
      insert(connection, objects.subList(i, Math.min(objects.size(), i + BATCH)));
    }
    return Sql.update(
        connection,
        "INSERT INTO fram.inventory (major) VALUES (?) ON DUPLICATE KEY UPDATE"
            + " major = VALUES(major), taken_at = CURRENT_TIMESTAMP(3)",
        inventory.major());
  }

  /** In one statement: a row at a time would be a way to the server each. */
  private static void insert(Connection connection, List<ObjectFact> facts) throws SQLException {
    String rows =
        String.join(", ", Collections.nCopies(facts.size(), "(?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO fram.object (kind, schema_name, name, definition, table_schema, table_name,"
                + " due, reach, excluded_by) VALUES "
                + rows)) {
      int place = 0;
      for (ObjectFact fact : facts) {
        insert.setString(++place, fact.id().kind());
        insert.setString(++place, fact.id().schema());
        insert.setString(++place, fact.id().name());
        insert.setString(++place, fact.definition());
        insert.setString(++place, fact.rows().map(TableId::schema).orElse(null));
        insert.setString(++place, fact.rows().map(TableId::name).orElse(null));
        insert.setString(++place, fact.due().name());
        insert.setString(++place, fact.reach().name());
        insert.setString(++place, fact.excludedBy().orElse(null));
      }
      insert.executeUpdate();
    }
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
