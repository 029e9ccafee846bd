// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.model;

import java.util.Optional;

/**
 * What the core needs to know of a table; columns and keys stay inside the engine.
 *
 * @param id its name
 * @param rows the server's estimate of its rows; -1 when it has none
 * @param bytes the size of its data on disk, indexes left out
 * @param transfer how its rows get to the target
 * @param bond tables with the same bond are copied together, under one snapshot: one of them may be
 *     changed by the server itself when another is, without a word in the log (a foreign key that
 *     cascades); empty when the table stands alone
 */
public record Table(TableId id, long rows, long bytes, Transfer transfer, Optional<String> bond) {

  /** A table that is bound to no other. */
  public Table(TableId id, long rows, long bytes, Transfer transfer) {
    this(id, rows, bytes, transfer, Optional.empty());
  }

  /**
   * What a copy into a table with its indexes reaches even on a slow day, in bytes a second: for
   * saying beforehand how long writes will be blocked.
   */
  public static final long CAUTIOUS_RATE = 25L << 20;

  /** How a table's rows get to the target. */
  public enum Transfer {
    /** Copied under a snapshot, then followed by the feed. */
    COPY_AND_FOLLOW,
    /**
     * Copied whole under the write gate: its changes are not in the log (unlogged), or the user
     * wants it so.
     */
    COPY_AT_CUTOVER,
    /**
     * Has no rows of its own (a partitioned parent, a foreign table): only its definition moves.
     */
    DEFINITION_ONLY
  }
}
