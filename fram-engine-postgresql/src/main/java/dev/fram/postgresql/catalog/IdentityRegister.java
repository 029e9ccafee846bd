// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.catalog;

import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * {@code fram.identity} on the source: which tables' replica identity Fram has changed, and what it
 * was. Written in the transaction that changes the table, so that the two never differ. It belongs
 * to the server and not to one migration: whoever goes last puts a table back. Works on the
 * caller's connection.
 */
public final class IdentityRegister {
  /** The entry of table {@code c}, as long as the table is still as Fram has set it. */
  static final String IN_FORCE =
      """
       FROM fram.identity f WHERE f.relation = c.oid AND f.became = c.relreplident::text
         AND (f.became = 'f' OR EXISTS (
           SELECT 1 FROM pg_index j JOIN pg_class y ON y.oid = j.indexrelid
           WHERE j.indrelid = c.oid AND j.indisreplident AND y.relname = f.became_index))
      """;

  private static final String REMEMBER =
      """
      INSERT INTO fram.identity (relation, was, was_index, became, became_index)
      SELECT c.oid, c.relreplident, coalesce(
          (SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
           WHERE i.indrelid = c.oid AND i.indisreplident), ''), ?, ?
      FROM pg_class c WHERE c.oid = ?::regclass
      ON CONFLICT (relation) DO UPDATE SET was = excluded.was, was_index = excluded.was_index,
        became = excluded.became, became_index = excluded.became_index
      """;

  // A table that somebody else publishes needs what we gave it: without it that table's UPDATE
  // would fail. An index that could serve once may be gone or changed.
  private static final String ENTRIES =
      """
      SELECT n.nspname, c.relname, f.was, CASE WHEN EXISTS (
          SELECT 1 FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
          WHERE i.indrelid = c.oid AND x.relname = f.was_index AND i.indisunique AND i.indisvalid
            AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL)
        THEN f.was_index ELSE '' END,
        EXISTS (SELECT 1
      """
          + IN_FORCE
          + """
            ),
            EXISTS (SELECT 1 FROM pg_publication p
              CROSS JOIN LATERAL pg_get_publication_tables(p.pubname) t
              WHERE (p.pubupdate OR p.pubdelete) AND t.relid IN (
                  SELECT c.oid UNION SELECT a.relid FROM pg_partition_ancestors(c.oid) a))
          FROM fram.identity e JOIN pg_class c ON c.oid = e.relation
          JOIN pg_namespace n ON n.oid = c.relnamespace
          JOIN fram.identity f ON f.relation = e.relation ORDER BY 1, 2
          """;

  private IdentityRegister() {}

  /**
   * An entry.
   *
   * @param table whose identity was changed
   * @param was {@code pg_class.relreplident} before
   * @param wasIndex the index it named, if that can still serve; otherwise empty
   * @param inForce whether the table still is as Fram has set it
   * @param published whether some publication relies on it
   */
  public record Entry(
      TableId table, char was, String wasIndex, boolean inForce, boolean published) {
    /** What follows {@code REPLICA IDENTITY} to put it back. */
    public String clause() {
      return switch (was) {
        case 'f' -> "FULL";
        case 'd' -> "DEFAULT";
        // An identity whose index is gone names nothing (manual, ALTER TABLE).
        default -> wasIndex.isEmpty() ? "NOTHING" : "USING INDEX " + Quoting.identifier(wasIndex);
      };
    }
  }

  /** Creates the register; touches no table of the user's. */
  public static void create(Connection connection) throws SQLException {
    Sql.run(connection, "CREATE SCHEMA IF NOT EXISTS fram");
    Sql.run(
        connection,
        """
        CREATE TABLE IF NOT EXISTS fram.identity (
          relation oid PRIMARY KEY,
          was text NOT NULL,
          was_index text NOT NULL,
          became text NOT NULL,
          became_index text NOT NULL)
        """);
  }

  public static boolean exists(Connection connection) throws SQLException {
    return Sql.number(
            connection,
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE n.nspname = 'fram' AND c.relname = 'identity'")
        > 0;
  }

  /** Notes what a table's identity is now, and what it is about to become. */
  public static void remember(Connection connection, TableId table, IdentityWay way)
      throws SQLException {
    switch (way) {
      case IdentityWay.Index index ->
          Sql.update(connection, REMEMBER, "i", index.name(), Quoting.table(table));
      case IdentityWay.Full full -> Sql.update(connection, REMEMBER, "f", "", Quoting.table(table));
      case IdentityWay.AsItIs asItIs -> {}
      case IdentityWay.None none -> {}
    }
  }

  public static List<Entry> entries(Connection connection) throws SQLException {
    return Sql.list(
        connection,
        ENTRIES,
        row ->
            new Entry(
                new TableId(row.getString(1), row.getString(2)),
                row.getString(3).charAt(0),
                row.getString(4),
                row.getBoolean(5),
                row.getBoolean(6)));
  }

  public static void forget(Connection connection, TableId table) throws SQLException {
    Sql.update(
        connection, "DELETE FROM fram.identity WHERE relation = ?::regclass", Quoting.table(table));
  }

  /** Removes the register and the schema, unless something is in them. */
  public static void removeIfEmpty(Connection connection) throws SQLException {
    Sql.update(
        connection,
        "DELETE FROM fram.identity f WHERE NOT EXISTS"
            + " (SELECT 1 FROM pg_class c WHERE c.oid = f.relation)");
    if (Sql.number(connection, "SELECT count(*) FROM fram.identity") > 0) {
      return;
    }
    Sql.run(connection, "DROP TABLE IF EXISTS fram.identity");
    try {
      Sql.run(connection, "DROP SCHEMA IF EXISTS fram RESTRICT");
    } catch (SQLException e) {
      // 2BP01: the hand-over register, or this server is itself a target.
      if (!"2BP01".equals(e.getSQLState())) {
        throw e;
      }
    }
  }
}
