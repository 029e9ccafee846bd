// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.copy;

import dev.fram.api.engine.Chunk;
import dev.fram.api.model.TableId;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a table into ranges of pages: {@code 0..640}, {@code 640..}. The last is open, because rows
 * the snapshot sees may lie on pages added after it was measured.
 */
final class StorageRanges {
  private StorageRanges() {}

  /**
   * @param pages pages of the table's main storage
   * @param bytes its size with TOAST
   * @param chunkBytes about how much one range should hold, TOAST included
   */
  static List<Chunk> cut(TableId table, long pages, long bytes, long chunkBytes) {
    long wanted = Math.max(1, Math.ceilDiv(Math.max(bytes, 0), Math.max(chunkBytes, 1)));
    int count = (int) Math.max(1, Math.min(Math.min(wanted, pages), 100_000));
    List<Chunk> chunks = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long from = pages * i / count;
      String to = i == count - 1 ? "" : String.valueOf(pages * (i + 1) / count);
      chunks.add(new Chunk(table, i, count, from + ".." + to, Chunk.Kind.STORAGE));
    }
    return chunks;
  }

  /** The range as a condition; empty when it is the whole table. */
  static String condition(String range) {
    int dots = range.indexOf("..");
    if (dots < 1) {
      throw new IllegalArgumentException("not a range of pages: " + range);
    }
    long from = Long.parseLong(range.substring(0, dots));
    String to = range.substring(dots + 2);
    String lower = from == 0 ? "" : "ctid >= '(" + from + ",0)'::tid";
    String upper = to.isEmpty() ? "" : "ctid < '(" + Long.parseLong(to) + ",0)'::tid";
    return lower + (lower.isEmpty() || upper.isEmpty() ? "" : " AND ") + upper;
  }
}
