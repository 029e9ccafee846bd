// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;

/** Copies chunks, straight from source to target; owned by one thread. */
public interface ChunkCopier extends AutoCloseable {
  /** Opens its connections now; otherwise they are opened when they are needed first. */
  default void connect() {}

  /**
   * Copies one chunk and records it as done, in one transaction on the target.
   *
   * @param progress told of bytes as they pass, since the last call
   * @throws FramException SNAPSHOT_BROKEN (table was rewritten), FENCED, or a transient code
   */
  CopiedChunk copy(Chunk chunk, Snapshot snapshot, CopyProgress progress);

  /**
   * Copies a whole table that the feed does not carry, while the write gate is closed: what it held
   * on the target before is replaced.
   */
  CopiedChunk copyWhole(TableId table);

  /** Empties a table on the target and forgets its chunks: before its copy begins, or again. */
  void empty(TableId table);

  @Override
  void close();
}
