// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.change.Position;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import java.util.List;

/**
 * A consistent read of some tables, and how it lines up with the feed. The session that holds it
 * belongs to the thread that opened it; {@link #chunks} and {@link #verifyPinned} are called by
 * that thread only.
 */
public interface Snapshot extends AutoCloseable {
  /**
   * How the snapshot lines up with the feed for this table; stored with the table when it was
   * copied under it. One snapshot may be exact for some tables and fuzzy for others.
   */
  Fence fence(TableId table);

  /**
   * The feed must have reached this position before anything copied under the snapshot counts
   * (guard G2).
   */
  Position armedAt();

  /** Cuts a table into ranges of about this size. At least one; together they cover every row. */
  List<Chunk> chunks(Table table, long chunkBytes);

  /** The table's look when the snapshot was taken. */
  Fingerprint fingerprint(TableId table);

  /**
   * Asserts that the table was not rewritten since before the snapshot (guard G4) and that the
   * server has not restarted.
   *
   * @throws FramException SNAPSHOT_BROKEN: copy the table again under a new snapshot
   */
  void verifyPinned(TableId table);

  @Override
  void close();
}
