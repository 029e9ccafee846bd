// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.ChunkCopier;
import dev.fram.api.engine.CopiedChunk;
import dev.fram.api.engine.CopyProgress;
import dev.fram.api.engine.Fence;
import dev.fram.api.engine.Snapshot;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import java.util.Map;
import java.util.TreeMap;

/** Copies rows from one map to the other; a copy too early is a violation. */
final class MemoryCopier implements ChunkCopier {
  private final MemorySource source;
  private final MemoryTarget target;
  private final MemoryProcess process;
  private final long epoch;

  MemoryCopier(MemorySource source, MemoryTarget target, MemoryProcess process, long epoch) {
    this.source = source;
    this.target = target;
    this.process = process;
    this.epoch = epoch;
  }

  @Override
  public CopiedChunk copy(Chunk chunk, Snapshot snapshot, CopyProgress progress) {
    process.at("copier.read");
    MemorySourcePort.unreachable(source);
    MemorySnapshot under = (MemorySnapshot) snapshot;
    if (source.sent() < under.armedAtLsn()) {
      source.violate("chunk " + chunk.number() + " was copied before its snapshot was armed");
    }
    Visibility sees = under.sees(chunk.table());
    Map<Long, String> rows = new TreeMap<>(source.read(chunk.table(), sees));
    rows.keySet().removeIf(key -> !MemorySnapshot.contains(chunk.range(), key));
    boolean moved =
        !under.fingerprint(chunk.table()).equals(source.fingerprints().get(chunk.table()));
    if (moved && chunk.kind() == Chunk.Kind.STORAGE) {
      // The pages of a table that was written anew hold other rows than the snapshot's ranges mean.
      rows.keySet().removeIf(key -> key % 2 == 0);
    }
    progress.accept(rows.size() * 100L);
    process.durable("copier.copy", () -> write(chunk, rows, under.fence(chunk.table()), sees));
    return new CopiedChunk(rows.size(), rows.size() * 100L);
  }

  private void write(Chunk chunk, Map<Long, String> rows, Fence fence, Visibility sees) {
    synchronized (target) {
      MemoryTarget.State state = target.fenced(epoch);
      for (Map.Entry<Long, String> row : rows.entrySet()) {
        if (target.content(chunk.table()).put(row.getKey(), row.getValue()) != null) {
          throw new FramException(
              ErrorCode.CONSTRAINT_DIVERGENCE, "a row of " + chunk.table() + " exists twice.", "");
        }
      }
      state
          .chunkFences
          .computeIfAbsent(chunk.table(), t -> new TreeMap<>())
          .put(chunk.number(), chunk.range() + "/" + fence.text());
      state.lastSeen.merge(chunk.table(), source.log().lastSeen(sees), Math::max);
    }
  }

  @Override
  public CopiedChunk copyWhole(TableId table) {
    process.durable(
        "copier.copyWhole",
        () -> {
          synchronized (target) {
            target.fenced(epoch);
            target.replace(Map.of(table, new TreeMap<>(source.content(table))));
          }
        });
    return new CopiedChunk(0, 0);
  }

  @Override
  public void empty(TableId table) {
    process.durable(
        "copier.empty",
        () -> {
          synchronized (target) {
            MemoryTarget.State state = target.fenced(epoch);
            state.chunkFences.remove(table);
            state.lastSeen.remove(table);
            target.replace(Map.of(table, new TreeMap<>()));
          }
        });
  }

  @Override
  public void close() {}
}
