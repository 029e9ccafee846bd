// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import dev.fram.api.change.Position;
import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.TransactionMark;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What each table's copy has seen, as the journal records it. Read once, when every table is
 * copied; owned by the applier's thread.
 */
final class Fences {
  private static final String WHOLE =
      "SELECT schema_name, table_name, fence_kind, fence, window_end FROM fram.table_state"
          + " WHERE fence IS NOT NULL";
  private static final String CHUNKS =
      "SELECT d.schema_name, d.table_name, 'fuzzy', d.fence, t.window_end FROM fram.chunk_done d"
          + " JOIN fram.table_state t ON t.schema_name = d.schema_name"
          + " AND t.table_name = d.table_name WHERE t.fence IS NULL";

  private final Map<TableId, TableFence> fences = new TreeMap<>();

  private Fences() {}

  /**
   * @param lows everything within all of them is in the copy; of a table copied in chunks, each
   *     chunk's watermark that another does not make needless
   * @param windowEnd from here on nothing beyond the watermark is in it; empty when that is so from
   *     the beginning
   */
  record TableFence(List<BinlogPosition> lows, Optional<BinlogPosition> windowEnd) {
    boolean holds(TransactionMark mark) {
      return lows.stream().allMatch(mark::within);
    }

    TableBatch.Mode mode(Position from) {
      boolean open = windowEnd.filter(end -> !from.covers(end)).isPresent();
      return open ? TableBatch.Mode.IN_WINDOW : TableBatch.Mode.STRICT;
    }
  }

  static Fences load(Connection connection) throws SQLException {
    Fences loaded = new Fences();
    for (String query : List.of(WHOLE, CHUNKS)) {
      Sql.list(
          connection,
          query,
          row -> {
            TableId table = new TableId(row.getString(1), row.getString(2));
            Optional<BinlogPosition> end =
                "fuzzy".equals(row.getString(3))
                    ? Optional.ofNullable(row.getString(5)).map(BinlogPosition::parse)
                    : Optional.empty();
            loaded.add(table, BinlogPosition.parse(row.getString(4)), end);
            return table;
          });
    }
    return loaded;
  }

  /** On the way back nothing was copied: every change of these tables behind this point counts. */
  static Fences from(Collection<TableId> tables, BinlogPosition at) {
    Fences all = new Fences();
    tables.forEach(table -> all.created(table, at));
    return all;
  }

  /** A low that covers another one is needless: what is within both is within the other. */
  private void add(TableId table, BinlogPosition low, Optional<BinlogPosition> end) {
    TableFence known = fences.get(table);
    List<BinlogPosition> lows = new ArrayList<>();
    if (known != null) {
      if (known.lows().stream().anyMatch(low::covers)) {
        return;
      }
      known.lows().stream().filter(l -> !l.covers(low)).forEach(lows::add);
    }
    lows.add(low);
    fences.put(table, new TableFence(List.copyOf(lows), end));
  }

  /** A table that came into being at this point of the feed. */
  void created(TableId table, BinlogPosition at) {
    fences.put(table, new TableFence(List.of(at), Optional.empty()));
  }

  void forget(TableId table) {
    fences.remove(table);
  }

  /** Every table that the feed carries to the target. */
  Set<TableId> tables() {
    return Set.copyOf(fences.keySet());
  }

  /** The different states that the tables' copies are of. */
  List<BinlogPosition> lows() {
    return fences.values().stream().flatMap(fence -> fence.lows().stream()).distinct().toList();
  }

  /** Empty for a table that the feed does not carry to the target. */
  Optional<TableFence> of(TableId table) {
    return Optional.ofNullable(fences.get(table));
  }
}
