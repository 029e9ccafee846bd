// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.digest;

import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Finds rows by the keys that a comparison names them by. Immutable. */
public final class KeyedRows {
  private final TableId table;
  private final KeyText key;

  private KeyedRows(TableId table, KeyText key) {
    this.table = table;
    this.key = key;
  }

  /** As the source's catalog has the key. */
  public static KeyedRows of(Connection source, TableId table) throws SQLException {
    return new KeyedRows(
        table,
        Catalog.table(source, table)
            .flatMap(KeyText::of)
            .orElseThrow(() -> new IllegalArgumentException("no key: " + table)));
  }

  /** Locks the rows that have exactly these keys, and says which of them are there. */
  public List<String> lock(Connection session, Collection<String> keys) throws SQLException {
    String sql =
        "SELECT "
            + key.sql()
            + " FROM "
            + Quoting.table(table)
            + " FORCE INDEX ("
            + Quoting.identifier(key.index())
            + ") WHERE "
            + conditions(keys)
            + " FOR UPDATE";
    return Sql.list(session, sql, row -> key.read(row.getString(1))).stream()
        .filter(keys::contains)
        .distinct()
        .toList();
  }

  /** Finds the row with this key; where there is none, perhaps one that the collation calls so. */
  public String condition(String text) {
    return key.condition(text);
  }

  /** The same for several. */
  public String conditions(Collection<String> keys) {
    return keys.stream().map(key::condition).collect(Collectors.joining(" OR "));
  }
}
