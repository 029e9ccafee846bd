// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.catalog;

import dev.fram.api.engine.Fingerprint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads a server's catalogs. Stateless but for the scope; usable from any thread, on the caller's
 * connection. It takes no lock on a table except where it says so.
 */
public final class Catalog {
  /** Joins every table a user may own; wants {@code c} and {@code n}. */
  static final String USER_TABLES =
      """
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't'
         AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', 'fram')
         AND NOT EXISTS (
           SELECT 1 FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
           WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
             AND d.refclassid = 'pg_extension'::regclass
             AND NOT c.oid = ANY (coalesce(e.extconfig, '{}'::oid[])))
      """;

  private static final String TABLES =
      """
      SELECT n.nspname, c.relname, c.oid::bigint, c.relkind::text, c.relpersistence::text,
        EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhrelid = c.oid),
        c.reltuples::bigint,
      """;

  // Asks the storage, which waits for whoever holds the table exclusively (VACUUM FULL).
  private static final String EXACT_SIZE =
      "CASE WHEN c.relkind = 'r' THEN coalesce(pg_table_size(c.oid), 0) ELSE 0 END";
  // As of the last VACUUM or ANALYZE.
  private static final String KNOWN_SIZE =
      "c.relpages::bigint * current_setting('block_size')::bigint";

  private static final String COLUMNS =
      """
      SELECT a.attname, a.atttypid::bigint, format_type(a.atttypid, a.atttypmod),
        a.attgenerated::text
      FROM pg_attribute a
      WHERE a.attrelid = ?::regclass AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY a.attnum
      """;

  private static final String IDENTITIES =
      """
      SELECT n.nspname, c.relname, c.relreplident::text,
        (SELECT array_agg(a.attname ORDER BY k.place) FROM pg_index i,
           unnest(i.indkey::int2[]) WITH ORDINALITY k (attnum, place), pg_attribute a
         WHERE i.indrelid = c.oid AND i.indisvalid AND i.indimmediate
           AND k.place <= i.indnkeyatts
           AND CASE c.relreplident WHEN 'd' THEN i.indisprimary
                 WHEN 'i' THEN i.indisreplident ELSE false END
           AND a.attrelid = c.oid AND a.attnum = k.attnum
         -- The log leaves computed columns out, so that such a key does not name one row.
         HAVING bool_and(a.attgenerated = '')),
        (SELECT array_agg(x.relname ORDER BY i.indisprimary DESC, i.indnkeyatts, x.relname) FROM pg_index i
           JOIN pg_class x ON x.oid = i.indexrelid
         WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
           AND i.indpred IS NULL AND i.indexprs IS NULL
           AND NOT EXISTS (SELECT 1 FROM unnest(i.indkey::int2[]) k (attnum)
                 JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
                 WHERE NOT a.attnotnull OR a.attgenerated <> ''))
      """
          + USER_TABLES
          + " AND c.relkind = 'r'";

  private final Scope scope;

  public Catalog(Scope scope) {
    this.scope = scope;
  }

  /** Every table in scope, sorted by name. */
  public List<CatalogTable> tables(Connection connection) throws SQLException {
    Sql.run(connection, "SET lock_timeout = '1s'");
    try {
      return tables(connection, EXACT_SIZE);
    } catch (SQLException e) {
      if (!"55P03".equals(e.getSQLState())) {
        throw e;
      }
      return tables(connection, KNOWN_SIZE);
    } finally {
      Sql.run(connection, "SET lock_timeout = 0");
    }
  }

  private List<CatalogTable> tables(Connection connection, String size) throws SQLException {
    return Sql.list(connection, TABLES + size + USER_TABLES, Catalog::table).stream()
        .filter(table -> scope.covers(table.id()))
        .sorted(Comparator.comparing(CatalogTable::id))
        .toList();
  }

  /** A table's columns in their order. */
  public static List<Column> columns(Connection connection, TableId table) throws SQLException {
    return Sql.list(
        connection,
        COLUMNS,
        row -> new Column(row.getString(1), row.getLong(2), row.getString(3), letter(row, 4)),
        Quoting.table(table));
  }

  /** How the log names the rows of each table in scope that has rows of its own. */
  public Map<TableId, ReplicaIdentity> identities(Connection connection) throws SQLException {
    Map<TableId, ReplicaIdentity> found = new TreeMap<>();
    Sql.list(
            connection,
            IDENTITIES,
            row -> Map.entry(new TableId(row.getString(1), row.getString(2)), identity(row)))
        .stream()
        .filter(entry -> scope.covers(entry.getKey()))
        .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
    return found;
  }

  /** What each table in scope looks like. */
  public Map<TableId, Fingerprint> fingerprints(Connection connection) throws SQLException {
    Map<TableId, Fingerprint> found = new TreeMap<>();
    Fingerprints.all(connection)
        .forEach((id, print) -> {
          if (scope.covers(id)) {
            found.put(id, print);
          }
        });
    return found;
  }

  private static CatalogTable table(ResultSet row) throws SQLException {
    return new CatalogTable(
        new TableId(row.getString(1), row.getString(2)),
        row.getLong(3),
        letter(row, 4),
        letter(row, 5),
        row.getBoolean(6),
        row.getLong(7),
        row.getLong(8));
  }

  private static ReplicaIdentity identity(ResultSet row) throws SQLException {
    List<String> key = strings(row, 4);
    ReplicaIdentity.Kind kind =
        switch (letter(row, 3)) {
          case 'f' -> ReplicaIdentity.Kind.FULL;
          case 'd' -> key.isEmpty() ? ReplicaIdentity.Kind.NONE : ReplicaIdentity.Kind.PRIMARY_KEY;
          case 'i' -> key.isEmpty() ? ReplicaIdentity.Kind.NONE : ReplicaIdentity.Kind.INDEX;
          default -> ReplicaIdentity.Kind.NONE;
        };
    return new ReplicaIdentity(kind, key, strings(row, 5));
  }

  private static List<String> strings(ResultSet row, int column) throws SQLException {
    Optional<Array> array = Optional.ofNullable(row.getArray(column));
    return array.isEmpty() ? List.of() : List.of((String[]) array.get().getArray());
  }

  // A blank stands for the catalog's empty "char".
  private static char letter(ResultSet row, int column) throws SQLException {
    String text = row.getString(column);
    return text == null || text.isEmpty() ? ' ' : text.charAt(0);
  }
}
