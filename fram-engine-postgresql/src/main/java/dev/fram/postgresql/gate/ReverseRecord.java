// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.gate;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.journal.FeedRow;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * {@code fram.reverse_feed} on the old server: how far the new one's writes are there, and which
 * run may bring more. Works on the caller's connection.
 */
public final class ReverseRecord {
  private final MigrationId id;
  private final FeedRow row;

  public ReverseRecord(MigrationId id) {
    this.id = id;
    this.row = FeedRow.back(id);
  }

  /**
   * Sets the position from which the new server's writes count.
   *
   * @throws FramException FENCED
   */
  public void startAt(Connection connection, long epoch, Lsn from) throws SQLException {
    Sql.run(
        connection,
        """
        CREATE TABLE IF NOT EXISTS fram.reverse_feed (
          id text PRIMARY KEY,
          epoch bigint NOT NULL,
          position pg_lsn NOT NULL,
          reference_xid bigint NOT NULL,
          sequence bigint NOT NULL DEFAULT 0,
          applied_at timestamptz)
        """);
    int hit =
        Sql.update(
            connection,
            "INSERT INTO fram.reverse_feed AS r (id, epoch, position, reference_xid)"
                + " VALUES (?, ?, ?::pg_lsn, 0) ON CONFLICT (id) DO UPDATE SET epoch ="
                + " excluded.epoch, position = excluded.position, reference_xid = 0"
                + " WHERE r.epoch <= excluded.epoch",
            id.value(),
            epoch,
            from.text());
    if (hit != 1) {
      throw fenced(epoch);
    }
  }

  /**
   * From now on no run of an earlier epoch brings anything.
   *
   * @throws FramException FENCED
   */
  public void claim(Connection connection, long epoch) throws SQLException {
    int hit =
        Sql.update(
            connection,
            "UPDATE fram.reverse_feed SET epoch = ? WHERE id = ? AND epoch <= ?",
            epoch,
            id.value(),
            epoch);
    if (hit != 1) {
      throw fenced(epoch);
    }
  }

  /** Idempotent. */
  public void remove(Connection connection) throws SQLException {
    if (Sql.number(connection, row.exists()) == 0) {
      return;
    }
    Sql.update(connection, "DELETE FROM fram.reverse_feed WHERE id = ?", id.value());
    if (Sql.number(connection, "SELECT count(*) FROM fram.reverse_feed") == 0) {
      Sql.run(connection, "DROP TABLE fram.reverse_feed");
    }
  }

  private FramException fenced(long epoch) {
    return new FramException(
        ErrorCode.FENCED,
        "On the old server the way back is not this run's any more (its epoch was " + epoch + ").",
        "Let the other run go on; fram status shows it.");
  }
}
