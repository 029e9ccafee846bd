// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.Fence;
import dev.fram.api.engine.Fingerprint;
import dev.fram.api.engine.Snapshot;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Exact by visibility, or fuzzy by a low watermark for each table; the looks are read before
 * anything else, as they must be.
 */
final class MemorySnapshot implements Snapshot {
  private final MemorySource source;
  private final MemoryProcess process;
  private final Map<TableId, Fingerprint> looks;
  private final Map<TableId, Long> lows = new TreeMap<>();
  private final Visibility visibility;
  private final long armedAt;

  MemorySnapshot(MemorySource source, MemoryProcess process, List<Table> tables) {
    this.source = source;
    this.process = process;
    this.looks = source.fingerprints();
    for (Table table : tables) {
      if (source.style() == MemoryStyle.FUZZY && table.bond().isEmpty()) {
        lows.put(table.id(), source.lowWatermark());
      }
    }
    this.visibility = source.visibility();
    this.armedAt = source.mark();
  }

  /** What a read of the table sees now: always the same, or more and more. */
  Visibility sees(TableId table) {
    return lows.containsKey(table) ? source.visibility() : visibility;
  }

  long armedAtLsn() {
    return armedAt;
  }

  @Override
  public Fence fence(TableId table) {
    Long low = lows.get(table);
    return low == null ? new Fence.Exact(visibility.text()) : new Fence.Fuzzy("m" + low);
  }

  @Override
  public Position armedAt() {
    return new MemoryPosition(armedAt);
  }

  @Override
  public List<Chunk> chunks(Table table, long chunkBytes) {
    process.at("snapshot.chunks");
    return cut(
        table.id(), source.read(table.id(), visibility).keySet(), chunkBytes, Chunk.Kind.STORAGE);
  }

  @Override
  public Fingerprint fingerprint(TableId table) {
    Fingerprint look = looks.get(table);
    if (look == null) {
      throw new FramException(ErrorCode.SCHEMA_DRIFT, "table " + table + " is gone.", "");
    }
    return look;
  }

  @Override
  public void verifyPinned(TableId table) {
    process.at("snapshot.verifyPinned");
    if (!fingerprint(table).equals(source.fingerprints().get(table))) {
      throw new FramException(
          ErrorCode.SNAPSHOT_BROKEN, "table " + table + " was rewritten.", "It is copied again.");
    }
  }

  @Override
  public void close() {}

  /** Half-open ranges that cover every key, also those that do not exist yet. */
  static List<Chunk> cut(
      TableId table, Collection<Long> sortedKeys, long chunkBytes, Chunk.Kind kind) {
    int each = (int) Math.max(1, chunkBytes / 100);
    List<Long> bounds = new ArrayList<>();
    int n = 0;
    for (long key : sortedKeys) {
      if (n > 0 && n % each == 0) {
        bounds.add(key);
      }
      n++;
    }
    List<Chunk> chunks = new ArrayList<>();
    for (int i = 0; i <= bounds.size(); i++) {
      long low = i == 0 ? Long.MIN_VALUE : bounds.get(i - 1);
      long high = i == bounds.size() ? Long.MAX_VALUE : bounds.get(i);
      chunks.add(new Chunk(table, i, bounds.size() + 1, low + ".." + high, kind));
    }
    return chunks;
  }

  /** Whether a key lies in a chunk's range. */
  static boolean contains(String range, long key) {
    String[] ends = range.split("\\.\\.", -1);
    long low = Long.parseLong(ends[0]);
    long high = Long.parseLong(ends[1]);
    return key >= low && (key < high || high == Long.MAX_VALUE);
  }
}
