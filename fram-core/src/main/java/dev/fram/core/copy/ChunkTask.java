// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.copy;

import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.CopiedChunk;
import dev.fram.api.engine.Fingerprint;
import dev.fram.api.engine.Snapshot;

/** A chunk that waits for a copier. */
sealed interface ChunkTask {
  TableCopy table();

  Chunk chunk();

  /** Under the snapshot of the table's group, which is armed already. */
  record Shared(TableCopy table, Chunk chunk, Snapshot snapshot) implements ChunkTask {}

  /**
   * Under a snapshot of its own.
   *
   * @param expected what the table looked like when its copy began: any other look breaks the copy
   */
  record Own(TableCopy table, Chunk chunk, Fingerprint expected) implements ChunkTask {}

  /** A task that came back; whether it failed stands in its table's unit. */
  record Back(ChunkTask task, CopiedChunk copied) {
    /** Nothing was read. */
    static Back empty(ChunkTask task) {
      return new Back(task, new CopiedChunk(0, 0));
    }
  }
}
