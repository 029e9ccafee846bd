// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.journal;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * {@code fram.reverse_feed} on the old server: how far the new one's writes are there, and which
 * run may bring more. Works on the caller's connection.
 */
public final class ReverseRecord {
  private static final String TABLE =
      "CREATE TABLE IF NOT EXISTS fram.reverse_feed (id varchar(16) NOT NULL PRIMARY KEY,"
          + " epoch bigint NOT NULL, position longtext NOT NULL,"
          + " sequence bigint NOT NULL DEFAULT 0, applied_at datetime(3))"
          + " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

  private static final String OURS =
      "SELECT COUNT(*) FROM fram.reverse_feed WHERE id = ? AND epoch = ?";

  private final MigrationId id;
  private final FeedRow row;

  public ReverseRecord(MigrationId id) {
    this.id = id;
    this.row = FeedRow.back(id);
  }

  /** Creates its table. DDL commits by itself, so this comes before any transaction. */
  public void prepare(Connection connection) throws SQLException {
    Sql.run(connection, TABLE);
  }

  /**
   * Sets the position from which the new server's writes count.
   *
   * @throws FramException FENCED
   */
  public void startAt(Connection connection, long epoch, BinlogPosition from) throws SQLException {
    Sql.update(
        connection,
        "INSERT INTO fram.reverse_feed (id, epoch, position) VALUES (?, ?, ?)"
            + " ON DUPLICATE KEY UPDATE position = IF(epoch <= ?, ?, position),"
            + " epoch = GREATEST(epoch, ?)",
        id.value(),
        epoch,
        from.text(),
        epoch,
        from.text(),
        epoch);
    requireOurs(connection, epoch);
  }

  /**
   * From now on no run of an earlier epoch brings anything.
   *
   * @throws FramException FENCED
   */
  public void claim(Connection connection, long epoch) throws SQLException {
    Sql.update(
        connection,
        "UPDATE fram.reverse_feed SET epoch = ? WHERE id = ? AND epoch <= ?",
        epoch,
        id.value(),
        epoch);
    requireOurs(connection, epoch);
  }

  /**
   * Whether a way back was made that belongs to the newest hand-over, or to one that is about to
   * come; one that an earlier cutover has left behind does not count.
   */
  public boolean counts(Connection connection) throws SQLException {
    return exists(connection)
        && Sql.number(
                connection,
                "SELECT COUNT(*) FROM fram.reverse_feed r JOIN fram.handover h ON h.id = r.id"
                    + " WHERE r.id = ? AND r.epoch >= h.epoch",
                id.value())
            > 0;
  }

  public boolean exists(Connection connection) throws SQLException {
    return Sql.number(connection, row.exists()) > 0;
  }

  /** Idempotent; writes nothing where there is nothing. */
  public void remove(Connection connection) throws SQLException {
    if (!exists(connection)) {
      return;
    }
    Sql.update(connection, "DELETE FROM fram.reverse_feed WHERE id = ?", id.value());
    if (Sql.number(connection, "SELECT COUNT(*) FROM fram.reverse_feed") == 0) {
      Sql.run(connection, "DROP TABLE fram.reverse_feed");
    }
  }

  private void requireOurs(Connection connection, long epoch) throws SQLException {
    if (Sql.number(connection, OURS, id.value(), epoch) != 1) {
      throw new FramException(
          ErrorCode.FENCED,
          "On the old server the way back is not this run's any more (its epoch was "
              + epoch
              + ").",
          "Let the other run go on; fram status shows it.");
    }
  }
}
