// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.gate;

import dev.fram.postgresql.catalog.CatalogTable;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.feed.TouchOrder;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The order in which the gate locks tables: that of the application's transactions, as far as it is
 * known, then by name. Whoever writes to a partition has locked its parents before it (manual, 5.12
 * "Table Partitioning": rows are routed), so parents come first.
 */
public final class LockOrder {
  /** After everything whose place is known. */
  private static final double UNKNOWN = 2;

  private LockOrder() {}

  /**
   * @param order what the feed has seen; it knows partitions and not their parents
   */
  public static List<CatalogTable> of(
      Connection source, List<CatalogTable> tables, TouchOrder order) throws SQLException {
    Map<Long, Double> places = new HashMap<>();
    tables.forEach(table -> places.put(table.oid(), order.of(table.oid()).orElse(UNKNOWN)));
    Map<Long, Integer> depths = new HashMap<>();
    for (Kin kin : kin(source)) {
      depths.merge(kin.table, kin.above, Math::max);
      double place = places.getOrDefault(kin.table, UNKNOWN);
      places.computeIfPresent(kin.ancestor, (oid, own) -> Math.min(own, place));
    }
    return tables.stream()
        .sorted(
            Comparator.comparingDouble((CatalogTable table) -> places.get(table.oid()))
                .thenComparing(table -> depths.getOrDefault(table.oid(), 0))
                .thenComparing(CatalogTable::id))
        .toList();
  }

  /**
   * A table and one of those above it.
   *
   * @param above how many levels
   */
  private record Kin(long table, long ancestor, int above) {}

  private static List<Kin> kin(Connection source) throws SQLException {
    return Sql.list(
        source,
        "WITH RECURSIVE kin AS (SELECT inhrelid, inhparent, 1 AS above FROM pg_inherits"
            + " UNION ALL SELECT k.inhrelid, i.inhparent, k.above + 1 FROM kin k"
            + " JOIN pg_inherits i ON i.inhrelid = k.inhparent)"
            + " SELECT k.inhrelid::bigint, k.inhparent::bigint, k.above FROM kin k"
            + " JOIN pg_class c ON c.oid = k.inhrelid AND c.relkind IN ('r', 'p', 'f')",
        row -> new Kin(row.getLong(1), row.getLong(2), row.getInt(3)));
  }
}
