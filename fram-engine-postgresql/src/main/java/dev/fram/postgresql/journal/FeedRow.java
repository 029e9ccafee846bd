// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.journal;

import dev.fram.api.model.MigrationId;

/**
 * The row in which a feed's position stands, on the server where its changes arrive: position,
 * fence and lock in one.
 *
 * @param table its table
 * @param where which row of it
 */
public record FeedRow(String table, String where) {
  private static final String BACK = "reverse_feed";

  /** On the target. */
  public static FeedRow there() {
    return new FeedRow("feed", "true");
  }

  /** On the old server, where several migrations may have left from. */
  public static FeedRow back(MigrationId id) {
    return new FeedRow(BACK, "id = '" + id + "'");
  }

  /** The position; no row where there is none. */
  public String position() {
    return "SELECT position::text FROM fram." + table + " WHERE " + where;
  }

  /**
   * The row lock makes a second applier wait, and then find another position or epoch. Parameters:
   * position, epoch.
   *
   * <p>On the old server the row is written, not only locked: then each transaction of Fram's
   * begins with that change in the log, and is told from a stray one by it.
   */
  public String lock() {
    return table.equals(BACK)
        ? "UPDATE fram."
            + table
            + " SET applied_at = clock_timestamp() WHERE "
            + where
            + " AND position = ?::pg_lsn AND epoch = ? RETURNING reference_xid"
        : lockOnly();
  }

  private String lockOnly() {
    return "SELECT reference_xid FROM fram."
        + table
        + " WHERE "
        + where
        + " AND position = ?::pg_lsn AND epoch = ? FOR UPDATE";
  }

  /**
   * The compare-and-set that makes apply exactly-once. Parameters: new position, new reference xid,
   * old position, epoch; must hit one row. The epoch stands in the same row, and a take-over writes
   * it there: an update that waited for the take-over then finds no row (READ COMMITTED looks at a
   * changed row again), so no zombie can come later.
   */
  public String advance() {
    return "UPDATE fram."
        + table
        + " SET position = ?::pg_lsn, reference_xid = ?, sequence = sequence + 1,"
        + " applied_at = clock_timestamp() WHERE "
        + where
        + " AND position = ?::pg_lsn AND epoch = ?";
  }

  /** How many tables of that name there are: 1 or 0. */
  public String exists() {
    return "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        + " WHERE n.nspname = 'fram' AND c.relname = '"
        + table
        + "'";
  }
}
