// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.replica;

import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.feed.Lsn;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Tells the subscription's worker how far to go, which the server itself cannot. A trigger that
 * fires for replicated changes only asks at a transaction's first change how far the worker has
 * come, and lets it wait as long as that is as far as it was told to come. Transactions come in the
 * order of their commits and each whole, so the worker stands behind exactly the one that it was
 * told, also after a restart of the server. Works on the caller's session.
 */
public final class Turnstile {
  private static final String TABLE =
      """
      CREATE TABLE IF NOT EXISTS fram.subscription (
        only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
        start pg_lsn NOT NULL, upto pg_lsn NOT NULL, stands boolean NOT NULL, ended boolean NOT NULL)
      """;

  /**
   * It runs with its owner's rights, as the worker has those of the table's owner. The flag spares
   * the transaction's other rows the question; a worker that changes roles for each row forgets it,
   * and asks again.
   */
  private static final String FUNCTION =
      """
      CREATE OR REPLACE FUNCTION fram.turn() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog AS $fram$
      BEGIN
        IF pg_replication_origin_session_is_setup() THEN
          WHILE (SELECT coalesce(pg_replication_origin_session_progress(false), start) >= upto
              FROM fram.subscription) LOOP
            PERFORM pg_sleep(0.002);
          END LOOP;
          PERFORM set_config('fram.passed', 'yes', true);
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
      END $fram$
      """;

  private static final String ASK =
      " WHEN (coalesce(current_setting('fram.passed', true), '') <> 'yes')"
          + " EXECUTE FUNCTION fram.turn(); ";

  private static final String TRIGGERS =
      """
      SELECT n.nspname, c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace pn ON pn.oid = p.pronamespace
      WHERE pn.nspname = 'fram' AND p.proname = 'turn' ORDER BY 1, 2, 3
      """;

  private static final String EXISTS =
      "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE n.nspname = 'fram' AND c.relname = 'subscription'";

  private final Connection connection;

  public Turnstile(Connection connection) {
    this.connection = connection;
  }

  /**
   * What is recorded.
   *
   * @param start where the copy's snapshot was
   * @param upto how far the worker was told to go
   * @param stands whether it has come there, and that was recorded with the feed's position
   * @param ended whether the target has served since
   */
  public record Told(Lsn start, Lsn upto, boolean stands, boolean ended) {}

  /** Empty where there is no subscription of Fram's, or was none. */
  public static Optional<Told> told(Connection connection) throws SQLException {
    return Sql.number(connection, EXISTS) == 0
        ? Optional.empty()
        : Sql.first(
            connection,
            "SELECT start::text, upto::text, stands, ended FROM fram.subscription",
            row ->
                new Told(
                    Lsn.parse(row.getString(1)),
                    Lsn.parse(row.getString(2)),
                    row.getBoolean(3),
                    row.getBoolean(4)));
  }

  /**
   * Before there is a subscription: nothing beyond the copy.
   *
   * @param start where the copy's snapshot lies
   */
  void record(Lsn start) throws SQLException {
    Sql.run(connection, TABLE);
    Sql.update(
        connection,
        "INSERT INTO fram.subscription (start, upto, stands, ended)"
            + " VALUES (?::pg_lsn, ?::pg_lsn, true, false) ON CONFLICT (only_one) DO NOTHING",
        start.text(),
        start.text());
  }

  /** Each of these tables gets it that has none. */
  void set(List<TableId> tables) throws SQLException {
    Sql.run(connection, FUNCTION);
    Sql.run(connection, "REVOKE ALL ON FUNCTION fram.turn() FROM PUBLIC");
    Map<TableId, List<String>> done = triggers(connection);
    for (TableId table : tables) {
      if (done.getOrDefault(table, List.of()).size() < 2) {
        Sql.run(connection, create(table));
      }
    }
  }

  private static String create(TableId table) {
    String name = Quoting.table(table);
    return "DROP TRIGGER IF EXISTS fram_turn ON "
        + name
        + "; DROP TRIGGER IF EXISTS fram_turn_truncate ON "
        + name
        + "; CREATE TRIGGER fram_turn BEFORE INSERT OR UPDATE OR DELETE ON "
        + name
        + " FOR EACH ROW"
        + ASK
        + "ALTER TABLE "
        + name
        + " ENABLE REPLICA TRIGGER fram_turn; CREATE TRIGGER fram_turn_truncate BEFORE TRUNCATE ON "
        + name
        + " FOR EACH STATEMENT"
        + ASK
        + "ALTER TABLE "
        + name
        + " ENABLE REPLICA TRIGGER fram_turn_truncate";
  }

  /** Its triggers' names, by table. */
  public static Map<TableId, List<String>> triggers(Connection connection) throws SQLException {
    Map<TableId, List<String>> found = new TreeMap<>();
    Sql.list(
        connection,
        TRIGGERS,
        row ->
            found
                .computeIfAbsent(
                    new TableId(row.getString(1), row.getString(2)), t -> new ArrayList<>())
                .add(row.getString(3)));
    return found;
  }

  /** In the caller's transaction. */
  public void tell(Lsn upto) throws SQLException {
    Sql.update(
        connection,
        "UPDATE fram.subscription SET upto = ?::pg_lsn, stands = false WHERE NOT ended",
        upto.text());
  }

  /** The worker stands; in the transaction that records the feed's position. */
  public void stands() throws SQLException {
    Sql.update(connection, "UPDATE fram.subscription SET stands = true");
  }

  /** Nothing comes by a subscription any more. */
  void end() throws SQLException {
    if (Sql.number(connection, EXISTS) > 0) {
      Sql.update(connection, "UPDATE fram.subscription SET ended = true");
    }
  }
}
