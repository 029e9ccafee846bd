// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.gate;

import dev.fram.api.model.MigrationId;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Keeps the application from writing to the target before it is open: a trigger on each table that
 * refuses. Fram's own sessions get through in one of two ways: under {@code
 * session_replication_role = replica} an ordinary trigger does not fire (manual, ALTER TABLE), and
 * where that setting is not allowed, {@code fram.writer} names the migration. Stateless but for the
 * migration's id; works on the caller's connection.
 */
public final class TargetGuard {
  private static final String TRIGGER = "fram_guard";
  private static final int BATCH = 100;

  private static final String OURS =
      """
      SELECT n.nspname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace pn ON pn.oid = p.pronamespace
      WHERE t.tgname = 'fram_guard' AND NOT t.tgisinternal
        AND pn.nspname = 'fram' AND p.proname = 'guard'
      ORDER BY 1, 2
      """;

  private final MigrationId id;

  public TargetGuard(MigrationId id) {
    this.id = id;
  }

  public MigrationId id() {
    return id;
  }

  /**
   * Makes a session one of Fram's own writers: triggers and foreign keys do not fire where the
   * server allows it, and the guards let it pass in any case.
   *
   * @return whether triggers and foreign keys are silent now
   */
  public boolean passFor(Connection connection) throws SQLException {
    Sql.run(connection, "SET fram.writer = " + Quoting.literal(id.value()));
    try {
      Sql.run(connection, "SET session_replication_role = replica");
      return true;
    } catch (SQLException e) {
      if ("42501".equals(e.getSQLState())) {
        return false;
      }
      throw e;
    }
  }

  /** Closes these tables. Idempotent. Ordinary and partitioned tables only. */
  public void install(Connection connection, List<TableId> tables) throws SQLException {
    Sql.run(connection, "CREATE SCHEMA IF NOT EXISTS fram");
    Sql.run(connection, function(refuse()));
    Set<TableId> guarded = new HashSet<>(guarded(connection));
    List<String> missing =
        tables.stream().filter(t -> !guarded.contains(t)).map(TargetGuard::create).toList();
    inBatches(connection, missing);
  }

  /** Whether the guards still refuse. */
  public boolean armed(Connection connection) throws SQLException {
    return Sql.number(
            connection,
            "SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
                + " WHERE n.nspname = 'fram' AND p.proname = 'guard'"
                + " AND p.prosrc LIKE '%RAISE EXCEPTION%'")
        > 0;
  }

  /** Opens every table at once: the guards' function lets everybody pass from now on. */
  public void disarm(Connection connection) throws SQLException {
    if (functionExists(connection)) {
      Sql.run(connection, function("RETURN NULL;"));
    }
  }

  /**
   * Removes the guards and their function. Each takes a lock that nobody may hold besides, so it is
   * one table at a time: no writer waits for long, and none can be part of a deadlock. Idempotent.
   *
   * @param connection in auto-commit mode
   * @return the tables that were in use each time; the function stays then
   */
  public List<TableId> remove(Connection connection) throws SQLException {
    List<GuardRemoval.Guard> guards =
        guarded(connection).stream().map(t -> new GuardRemoval.Guard(t, TRIGGER)).toList();
    List<TableId> left =
        GuardRemoval.remove(connection, guards).stream().map(GuardRemoval.Guard::table).toList();
    if (left.isEmpty() && functionExists(connection)) {
      Sql.run(connection, "DROP FUNCTION fram.guard()");
    }
    return left;
  }

  /** The tables that have a guard now. */
  public List<TableId> guarded(Connection connection) throws SQLException {
    return Sql.list(connection, OURS, row -> new TableId(row.getString(1), row.getString(2)));
  }

  private String refuse() {
    return "IF current_setting('fram.writer', true) = "
        + Quoting.literal(id.value())
        + " THEN RETURN NULL; END IF;"
        + " RAISE EXCEPTION USING ERRCODE = '25006', MESSAGE = format("
        + "'%I.%I is being filled by a migration (Fram "
        + id
        + ") and is not open yet', TG_TABLE_SCHEMA, TG_TABLE_NAME),"
        + " HINT = 'Write to the old server until the cutover.';";
  }

  private static String function(String body) {
    return "CREATE OR REPLACE FUNCTION fram.guard() RETURNS trigger LANGUAGE plpgsql"
        + " SET search_path = pg_catalog AS $fram$ BEGIN "
        + body
        + " END $fram$";
  }

  private static String create(TableId table) {
    return "CREATE TRIGGER "
        + TRIGGER
        + " BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON "
        + Quoting.table(table)
        + " FOR EACH STATEMENT EXECUTE FUNCTION fram.guard()";
  }

  private static boolean functionExists(Connection connection) throws SQLException {
    return Sql.number(
            connection,
            "SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
                + " WHERE n.nspname = 'fram' AND p.proname = 'guard'")
        > 0;
  }

  // One transaction for all tables would need a lock table entry for each.
  private static void inBatches(Connection connection, List<String> statements)
      throws SQLException {
    for (int from = 0; from < statements.size(); from += BATCH) {
      int to = Math.min(from + BATCH, statements.size());
      Sql.run(connection, String.join("; ", statements.subList(from, to)));
    }
  }
}
