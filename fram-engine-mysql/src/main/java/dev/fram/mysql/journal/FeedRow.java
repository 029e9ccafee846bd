// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.journal;

import dev.fram.api.model.MigrationId;

/**
 * The row in which a feed's position stands, on the server where its changes arrive: position,
 * fence and lock in one.
 *
 * @param table its table
 * @param where which row of it
 * @param hold how a transaction takes hold of it
 */
public record FeedRow(String table, String where, Hold hold) {
  /** How a transaction takes hold of the row, before it writes anything else. */
  public enum Hold {
    LOCK,
    /** A change of it comes first in the log, too: by that the transaction is known as Fram's. */
    TOUCH
  }

  /** On the target. */
  public static FeedRow there() {
    return new FeedRow("feed", "only_one = 1", Hold.LOCK);
  }

  /** On the old server, where several migrations may have left from. */
  public static FeedRow back(MigrationId id) {
    return new FeedRow("reverse_feed", "id = '" + id + "'", Hold.TOUCH);
  }

  /** The position; no row where there is none. */
  public String position() {
    return "SELECT position FROM fram." + table + " WHERE " + where;
  }

  /**
   * Locks the row when position and epoch are still these; no row: fenced. A second writer waits,
   * and then finds another position or epoch. Parameters: position, epoch.
   */
  public String lock() {
    return "SELECT 1 FROM fram."
        + table
        + " WHERE "
        + where
        + " AND position = ? AND epoch = ? FOR UPDATE";
  }

  /** The same by a change that says nothing. Must find one row. */
  public String touch() {
    return "UPDATE fram."
        + table
        + " SET sequence = sequence + 1 WHERE "
        + where
        + " AND position = ? AND epoch = ?";
  }

  /**
   * The compare-and-set that makes apply exactly-once. Parameters: new position, old position,
   * epoch; must find one row. The epoch stands in the same row, and a take-over writes it there: an
   * update that waited for the take-over looks at the row as it is then, and no longer finds it.
   */
  public String advance() {
    return "UPDATE fram."
        + table
        + " SET position = ?, sequence = sequence + 1, applied_at = NOW(3) WHERE "
        + where
        + " AND position = ? AND epoch = ?";
  }

  /** How many tables of that name there are: 1 or 0. */
  public String exists() {
    return "SELECT COUNT(*) FROM information_schema.TABLES"
        + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME = '"
        + table
        + "'";
  }
}
