// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.gate;

import dev.fram.api.model.MigrationId;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.catalog.CatalogTable;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What closes tables of the server that hands over. One function for each migration. Ordinary
 * triggers: a session under {@code session_replication_role = replica} gets through, which the
 * reverse feed will need.
 */
public final class SourceGuard {
  private static final String REFUSE =
      """
      RAISE EXCEPTION USING ERRCODE = '25006',
        MESSAGE = format('%I.%I has moved to another server (Fram migration %s)',
          TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_ARGV[0]),
        HINT = 'Connect to the new server; ask Fram''s operator where it is.';
      """;

  /** A statement's guard returns nothing, a row's the row. */
  private static final String PASS =
      """
      IF TG_LEVEL = 'STATEMENT' THEN RETURN NULL; END IF;
      IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
      RETURN NEW;
      """;

  /** All that Fram ever made: in earlier versions one function served all migrations. */
  static final String FUNCTIONS =
      "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
          + " WHERE n.nspname = 'fram' AND starts_with(p.proname, 'handed_over') ORDER BY 1";

  private static final String STATEMENT = "fram_guard";
  private static final String ROW = "fram_guard_row";

  static final String OURS =
      """
      SELECT n.nspname, c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace pn ON pn.oid = p.pronamespace
      WHERE NOT t.tgisinternal AND pn.nspname = 'fram' AND starts_with(p.proname, 'handed_over')
      ORDER BY 1, 2, 3
      """;

  private static final String MINE =
      """
      SELECT n.nspname, c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace pn ON pn.oid = p.pronamespace
      WHERE NOT t.tgisinternal AND pn.nspname = 'fram' AND p.proname = ?
      ORDER BY 1, 2, 3
      """;

  private final MigrationId id;

  public SourceGuard(MigrationId id) {
    this.id = id;
  }

  /**
   * Makes the guards' function, closed, where there is none. One that is there stays as it is: it
   * may let everybody pass, and triggers of an earlier hand-over may still call it.
   */
  void prepare(Connection connection) throws SQLException {
    if (Sql.list(connection, FUNCTIONS, row -> row.getString(1)).stream()
        .noneMatch(name()::equals)) {
      Sql.run(connection, function(REFUSE));
    }
  }

  /**
   * Lets everybody pass, at every table in the same instant: one row of the catalog says so. Does
   * nothing where there is no guard.
   */
  void disarm(Connection connection) throws SQLException {
    if (!Sql.list(connection, FUNCTIONS, row -> row.getString(1)).contains(name())) {
      return;
    }
    Sql.run(connection, function(PASS));
  }

  /** Whether the guards that are there refuse. */
  public boolean armed(Connection connection) throws SQLException {
    return Sql.number(
            connection,
            "SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
                + " WHERE n.nspname = 'fram' AND p.proname = ?"
                + " AND p.prosrc LIKE '%RAISE EXCEPTION%' AND EXISTS"
                + " (SELECT 1 FROM pg_trigger t WHERE t.tgfoid = p.oid)",
            name())
        > 0;
  }

  /**
   * Removes this migration's guards, unless they refuse: then the server must stay closed.
   *
   * @param connection in auto-commit mode
   * @return the tables that were in use each time
   */
  public List<TableId> removeDisarmed(Connection connection) throws SQLException {
    if (armed(connection)) {
      return List.of();
    }
    return GuardRemoval.remove(connection, mine(connection)).stream()
        .map(GuardRemoval.Guard::table)
        .distinct()
        .toList();
  }

  /**
   * The statements that close these tables: what is missing of the triggers, and the function,
   * which may have let everybody pass. A writer that waits for the lock meanwhile meets them all
   * the same: the server tells it of catalog changes when it gets the lock.
   */
  List<String> close(Connection connection, List<CatalogTable> tables) throws SQLException {
    Set<GuardRemoval.Guard> present = new HashSet<>(mine(connection));
    List<String> statements = new ArrayList<>();
    statements.add(function(REFUSE));
    for (CatalogTable table : tables) {
      if (!present.contains(new GuardRemoval.Guard(table.id(), STATEMENT))) {
        statements.add(
            trigger(STATEMENT, "INSERT OR UPDATE OR DELETE OR TRUNCATE", table, "STATEMENT"));
      }
      boolean row = table.inherits() && table.kind() == 'r';
      if (row && !present.contains(new GuardRemoval.Guard(table.id(), ROW))) {
        // A statement on a parent that is out of scope fires no statement trigger of its children.
        statements.add(trigger(ROW, "INSERT OR UPDATE OR DELETE", table, "ROW"));
      }
    }
    return statements;
  }

  private List<GuardRemoval.Guard> mine(Connection connection) throws SQLException {
    return Sql.list(
        connection,
        MINE,
        row ->
            new GuardRemoval.Guard(
                new TableId(row.getString(1), row.getString(2)), row.getString(3)),
        name());
  }

  private String name() {
    return "handed_over_" + id;
  }

  private String function(String body) {
    return "CREATE OR REPLACE FUNCTION fram."
        + name()
        + "() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $fram$ BEGIN "
        + body
        + " END $fram$";
  }

  private String trigger(String name, String events, CatalogTable table, String level) {
    return "CREATE TRIGGER "
        + name
        + " BEFORE "
        + events
        + " ON "
        + Quoting.table(table.id())
        + " FOR EACH "
        + level
        + " EXECUTE FUNCTION fram."
        + name()
        + "("
        + Quoting.literal(id.value())
        + ")";
  }
}
