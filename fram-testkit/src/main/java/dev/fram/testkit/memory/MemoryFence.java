// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Fence;
import dev.fram.api.engine.TableState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which changes a table's copy already holds, as far as it can tell. */
sealed interface MemoryFence {
  /** Whether the copy has surely seen this change. */
  boolean has(MemoryOp op, long xid, long lsn);

  /** Whether a transaction that goes on from there lies in the fuzzy window. */
  default boolean window(Position from) {
    return false;
  }

  /** The whole table under one exact snapshot. */
  record Whole(Visibility seen) implements MemoryFence {
    @Override
    public boolean has(MemoryOp op, long xid, long lsn) {
      return seen.sees(xid);
    }
  }

  /** Each chunk under an exact snapshot of its own. */
  record Chunks(List<Part> parts) implements MemoryFence {
    record Part(String range, Visibility seen) {}

    @Override
    public boolean has(MemoryOp op, long xid, long lsn) {
      boolean every = op.kind() == MemoryOp.Kind.TRUNCATE || op.kind() == MemoryOp.Kind.STATEMENT;
      if (every) {
        return !parts.isEmpty() && parts.stream().allMatch(p -> p.seen().sees(xid));
      }
      return parts.stream()
          .filter(p -> MemorySnapshot.contains(p.range(), op.key()))
          .anyMatch(p -> p.seen().sees(xid));
    }
  }

  /** Everything up to the watermark is in it, and perhaps some of what comes after. */
  record Low(long low, Optional<Position> windowEnd) implements MemoryFence {
    @Override
    public boolean has(MemoryOp op, long xid, long lsn) {
      return lsn <= low;
    }

    @Override
    public boolean window(Position from) {
      return windowEnd.filter(end -> !from.covers(end)).isPresent();
    }
  }

  /**
   * @param chunks range and fence of each chunk, for a table without a fence of its own
   */
  static MemoryFence of(TableState table, Map<Integer, String> chunks) {
    if (table.fence().isPresent()) {
      return switch (table.fence().get()) {
        case Fence.Exact exact -> new Whole(Visibility.parse(exact.text()));
        case Fence.Fuzzy fuzzy -> new Low(watermark(fuzzy.text()), table.windowEnd());
      };
    }
    List<Chunks.Part> parts = new ArrayList<>();
    long low = Long.MAX_VALUE;
    for (String chunk : chunks.values()) {
      String range = chunk.substring(0, chunk.indexOf('/'));
      String fence = chunk.substring(chunk.indexOf('/') + 1);
      if (fence.startsWith("m")) {
        low = Math.min(low, watermark(fence));
      } else {
        parts.add(new Chunks.Part(range, Visibility.parse(fence)));
      }
    }
    return low == Long.MAX_VALUE ? new Chunks(parts) : new Low(low, table.windowEnd());
  }

  private static long watermark(String text) {
    return Long.parseLong(text.substring(1));
  }
}
