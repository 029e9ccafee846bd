// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.change.Position;
import dev.fram.api.model.TableId;
import java.util.Optional;

/**
 * Where a table stands.
 *
 * @param table the table
 * @param stage how far it is
 * @param fence the fence of its copy; empty before the copy, and for tables whose chunks have a
 *     fence each
 * @param fingerprint its look when it was copied; empty before
 * @param rows rows copied
 * @param bytes bytes copied
 * @param windowEnd a point behind everything that the copy has seen, where it is not of one exact
 *     moment: up to there, what its fences do not tell is replayed idempotently, and from there on
 *     strictly; empty when the copy is of one exact moment
 */
public record TableState(
    TableId table,
    Stage stage,
    Optional<Fence> fence,
    Optional<Fingerprint> fingerprint,
    long rows,
    long bytes,
    Optional<Position> windowEnd) {

  /** A table without a fuzzy window. */
  public TableState(
      TableId table,
      Stage stage,
      Optional<Fence> fence,
      Optional<Fingerprint> fingerprint,
      long rows,
      long bytes) {
    this(table, stage, fence, fingerprint, rows, bytes, Optional.empty());
  }

  /** How far a table is. A crash in COPYING throws away what was copied under a shared snapshot. */
  public enum Stage {
    PENDING,
    COPYING,
    COPIED,
    /** Copied, indexed and analysed: the feed may be applied to it. */
    READY_TO_FOLLOW
  }
}
