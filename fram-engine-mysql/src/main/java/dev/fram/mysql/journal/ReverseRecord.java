// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.journal;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * {@code fram.reverse_feed} on the old server: how far the new one's writes are there, and which
 * run may bring more. Works on the caller's connection.
 */
public final class ReverseRecord {
  private static final String TABLE =
      "CREATE TABLE IF NOT EXISTS fram.reverse_feed (id varchar(16) NOT NULL PRIMARY KEY,"
          + " epoch bigint NOT NULL, position longtext NOT NULL,"
          + " sequence bigint NOT NULL DEFAULT 0, applied_at datetime(3), strays longtext)"
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
            + " strays = IF(epoch <= ?, NULL, strays), epoch = GREATEST(epoch, ?)",
        id.value(),
        epoch,
        from.text(),
        epoch,
        from.text(),
        epoch,
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

  /**
   * How far the old server's log has been looked through for writes that nobody was to make; empty
   * where nobody looks.
   */
  public Optional<BinlogPosition> strays(Connection connection) throws SQLException {
    if (!exists(connection)) {
      return Optional.empty();
    }
    return Sql.first(
            connection,
            "SELECT strays FROM fram.reverse_feed WHERE id = ? AND strays IS NOT NULL",
            row -> row.getString(1),
            id.value())
        .map(BinlogPosition::parse);
  }

  /** They are looked for behind this, unless that has begun already. */
  public void straysFrom(Connection connection, BinlogPosition from) throws SQLException {
    Sql.update(
        connection,
        "UPDATE fram.reverse_feed SET strays = ? WHERE id = ? AND strays IS NULL",
        from.text(),
        id.value());
  }

  public void straysUntil(Connection connection, BinlogPosition read) throws SQLException {
    Sql.update(
        connection,
        "UPDATE fram.reverse_feed SET strays = ? WHERE id = ? AND strays IS NOT NULL",
        read.text(),
        id.value());
  }

  /** Nobody looks any more. Writes nothing where nobody has looked. */
  public void dropStrays(Connection connection) throws SQLException {
    if (strays(connection).isPresent()) {
      Sql.update(connection, "UPDATE fram.reverse_feed SET strays = NULL WHERE id = ?", id.value());
    }
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
