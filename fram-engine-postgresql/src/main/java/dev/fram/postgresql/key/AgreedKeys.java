// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.key;

import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.SharedSession;
import dev.fram.postgresql.connection.Sql;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The key of each table, decided by the source's catalog alone: the index that the log names rows
 * by; else the primary key; else the unique index that Fram would name. The target's readers and
 * the applier go by the source's newest moment, so that they are never of two minds: what was
 * applied before that moment is in the target's rows already, and only what comes after it is told
 * row by row. Thread-safe.
 */
public final class AgreedKeys {
  /** The same order as the catalog's candidates for a replica identity. */
  private static final String KEYS =
      """
      SELECT n.nspname, c.relname, (SELECT array_agg(a.attname::text)
          FROM unnest(k.indkey::int2[]) WITH ORDINALITY u (attnum, place)
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.attnum
          WHERE u.place <= k.indnkeyatts)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        CROSS JOIN LATERAL (SELECT i.indkey, i.indnkeyatts
          FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
          WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
            AND NOT i.indisexclusion AND i.indpred IS NULL AND i.indexprs IS NULL
            -- The log leaves computed columns out.
            AND NOT EXISTS (SELECT 1 FROM unnest(i.indkey::int2[]) WITH ORDINALITY u (attnum, place)
              JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.attnum
              WHERE u.place <= i.indnkeyatts AND (NOT a.attnotnull OR a.attgenerated <> ''))
          ORDER BY (c.relreplident = 'i' AND i.indisreplident) DESC, i.indisprimary DESC,
            i.indnkeyatts, x.relname
          LIMIT 1) k
        WHERE c.oid IN (SELECT to_regclass(t) FROM unnest(?::text[]) t)
      """;

  private final Map<TableId, RowKey> keys = new ConcurrentHashMap<>();
  private final SharedSession source;

  /**
   * @param source for tables that no moment was taken of; stays the caller's
   */
  public AgreedKeys(SharedSession source) {
    this.source = source;
  }

  /** Reads the keys in a moment's session on the source; they are the agreed ones from now on. */
  public Map<TableId, RowKey> agree(Connection moment, Collection<TableId> tables)
      throws SQLException {
    Map<TableId, RowKey> found = read(moment, tables);
    keys.putAll(found);
    return found;
  }

  /** The agreed key, if a moment was taken of the table. */
  public Optional<RowKey> known(TableId table) {
    return Optional.ofNullable(keys.get(table));
  }

  /** The agreed key; of a table that no moment was taken of, the one that it has now. */
  public RowKey of(TableId table) {
    return known(table)
        .orElseGet(() -> {
          Map<TableId, RowKey> now =
              source.read("reading the key of " + table, c -> read(c, List.of(table)));
          now.forEach(keys::putIfAbsent);
          return known(table).orElse(RowKey.NONE);
        });
  }

  private static Map<TableId, RowKey> read(Connection source, Collection<TableId> tables)
      throws SQLException {
    Map<TableId, RowKey> found = new TreeMap<>();
    tables.forEach(table -> found.put(table, RowKey.NONE));
    String[] names = tables.stream().map(Quoting::table).toArray(String[]::new);
    Sql.list(source, KEYS, AgreedKeys::key, source.createArrayOf("text", names))
        .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
    return found;
  }

  private static Map.Entry<TableId, RowKey> key(ResultSet row) throws SQLException {
    Array columns = row.getArray(3);
    return Map.entry(
        new TableId(row.getString(1), row.getString(2)),
        new RowKey(List.of((String[]) columns.getArray())));
  }
}
