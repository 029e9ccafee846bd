// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.feed.KeyOrder;
import dev.fram.postgresql.feed.KeyRange;
import dev.fram.postgresql.feed.XidSnapshot;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which transactions each table's copy has already seen (ALGORITHMS A1). Read once, when every
 * table is copied; immutable afterwards.
 */
final class Fences {
  private static final String WHOLE =
      "SELECT schema_name, table_name, fence FROM fram.table_state t WHERE fence IS NOT NULL"
          + " AND NOT EXISTS (SELECT 1 FROM fram.key_chunk k WHERE k.schema_name = t.schema_name"
          + " AND k.table_name = t.table_name)";

  private static final String BY_KEY =
      "SELECT schema_name, table_name, k.range, d.fence, k.number FROM fram.key_chunk k"
          + " JOIN fram.chunk_done d USING (schema_name, table_name, number)";

  private static final String UNFINISHED =
      "SELECT schema_name, table_name FROM fram.key_chunk k"
          + " LEFT JOIN fram.chunk_done d USING (schema_name, table_name, number)"
          + " WHERE d.number IS NULL";

  /** The first xid of a cluster is 3 (transam.h). */
  private static final String BEFORE_EVERYTHING = "3:3:";

  /** The fence of one table. */
  sealed interface TableFence {
    /** The whole table was copied under one snapshot. */
    record Whole(XidSnapshot snapshot) implements TableFence {}

    /** Each range of the key was copied under a snapshot of its own. */
    record ByKey(String column, NavigableChunks chunks) implements TableFence {}
  }

  /** A chunk's number in its table's cut, and what it was copied under. */
  record ChunkFence(int number, XidSnapshot snapshot) {}

  /** Chunks by the first key of their range. */
  static final class NavigableChunks {
    private final TreeMap<String, ChunkFence> from;
    private @Nullable ChunkFence first;

    NavigableChunks(String type) {
      this.from = new TreeMap<>(KeyOrder.of(type)::compare);
    }

    void add(KeyRange range, ChunkFence chunk) {
      range.from().ifPresentOrElse(key -> from.put(key, chunk), () -> first = chunk);
    }

    ChunkFence of(String key) {
      Map.Entry<String, ChunkFence> chunk = from.floorEntry(key);
      ChunkFence found = chunk == null ? first : chunk.getValue();
      if (found == null) {
        throw new IllegalArgumentException("the key chunks do not begin at the lowest key");
      }
      return found;
    }

    /** Whether all chunks, none, or only some have seen a transaction: empty for some. */
    Optional<Boolean> allSee(long xid) {
      ChunkFence any = first == null ? from.firstEntry().getValue() : first;
      boolean one = any.snapshot().sees(xid);
      boolean same = from.values().stream().allMatch(c -> c.snapshot().sees(xid) == one);
      return same ? Optional.of(one) : Optional.empty();
    }
  }

  private final Map<TableId, TableFence> fences;
  private final Optional<TableFence> others;

  private Fences(Map<TableId, TableFence> fences, Optional<TableFence> others) {
    this.fences = fences;
    this.others = others;
  }

  /** Where nothing was copied, no transaction has been seen. */
  static Fences none() {
    return new Fences(
        Map.of(), Optional.of(new TableFence.Whole(XidSnapshot.parse(BEFORE_EVERYTHING))));
  }

  static Fences load(Connection connection) throws SQLException {
    Map<TableId, TableFence> fences = new HashMap<>();
    try (Statement statement = connection.createStatement()) {
      try (ResultSet row = statement.executeQuery(WHOLE)) {
        while (row.next()) {
          fences.put(table(row), new TableFence.Whole(XidSnapshot.parse(row.getString(3))));
        }
      }
      try (ResultSet row = statement.executeQuery(BY_KEY)) {
        while (row.next()) {
          ChunkFence chunk = new ChunkFence(row.getInt(5), XidSnapshot.parse(row.getString(4)));
          addChunk(fences, table(row), KeyRange.parse(row.getString(3)), chunk);
        }
      }
      try (ResultSet row = statement.executeQuery(UNFINISHED)) {
        while (row.next()) {
          fences.remove(table(row));
        }
      }
    }
    return new Fences(fences, Optional.empty());
  }

  /** The tables that are copied. */
  Set<TableId> tables() {
    return fences.keySet();
  }

  TableFence of(TableId table) {
    TableFence fence = fences.getOrDefault(table, others.orElse(null));
    if (fence == null) {
      throw new FramException(
          ErrorCode.INTERNAL,
          "Table "
              + table
              + " is in the source's change stream, but no finished copy of it is"
              + " recorded on the target.",
          "Report this; nothing was changed.");
    }
    return fence;
  }

  private static void addChunk(
      Map<TableId, TableFence> fences, TableId table, KeyRange range, ChunkFence chunk) {
    TableFence known =
        fences.computeIfAbsent(
            table, id -> new TableFence.ByKey(range.column(), new NavigableChunks(range.type())));
    if (known instanceof TableFence.ByKey byKey) {
      byKey.chunks().add(range, chunk);
    }
  }

  private static TableId table(ResultSet row) throws SQLException {
    return new TableId(row.getString(1), row.getString(2));
  }
}
