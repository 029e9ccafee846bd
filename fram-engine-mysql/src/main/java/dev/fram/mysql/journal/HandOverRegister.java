// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.journal;

import dev.fram.api.engine.HandOver;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.probe.ProbeTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * {@code fram.handover} on the source: who owns the data (ALGORITHMS E1). The source decides,
 * because it is the server whose exclusivity is at stake. Works on the caller's connection.
 */
public final class HandOverRegister {
  private static final List<String> STATEMENTS =
      List.of(
          "CREATE DATABASE IF NOT EXISTS fram DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
          "CREATE TABLE IF NOT EXISTS fram.handover (id varchar(16) NOT NULL PRIMARY KEY,"
              + " state varchar(16) NOT NULL, epoch bigint NOT NULL DEFAULT 0,"
              + " frozen_at longtext, decided_at datetime(3))"
              + " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");

  private final MigrationId id;

  public HandOverRegister(MigrationId id) {
    this.id = id;
  }

  /**
   * Creates what the hand-over will need, long before it, and touches no table of the user's.
   * Idempotent; writes nothing when it is there.
   */
  public void prepare(Connection connection) throws SQLException {
    if (!exists(connection)) {
      for (String statement : STATEMENTS) {
        Sql.run(connection, statement);
      }
    }
    boolean registered =
        Sql.number(connection, "SELECT COUNT(*) FROM fram.handover WHERE id = ?", id.value()) > 0;
    if (!registered) {
      Sql.update(
          connection,
          "INSERT INTO fram.handover (id, state) VALUES (?, 'OWNER_SOURCE')"
              + " ON DUPLICATE KEY UPDATE id = id",
          id.value());
    }
  }

  /**
   * The decision itself: the point of no return, when the caller's transaction commits.
   *
   * @return whether the data was handed over now; not when a later run has already decided
   */
  public boolean decide(Connection connection, long epoch, BinlogPosition frozenAt)
      throws SQLException {
    return Sql.update(
            connection,
            "UPDATE fram.handover SET state = 'HANDED_OVER', epoch = ?, frozen_at = ?,"
                + " decided_at = NOW(3) WHERE id = ? AND state = 'OWNER_SOURCE' AND epoch <= ?",
            epoch,
            frozenAt.text(),
            id.value(),
            epoch)
        == 1;
  }

  /**
   * Takes a hand-over back: this server owns the data again. The caller has just read from the
   * other server that it has handed over, and opens this one before anybody else can close it (see
   * {@code gate.Turnstile}). Idempotent; does nothing where nothing was ever handed over.
   *
   * @throws FramException FENCED when a later run was here
   */
  public void reopen(Connection connection, long epoch) throws SQLException {
    if (!exists(connection)) {
      return;
    }
    Sql.update(
        connection,
        "UPDATE fram.handover SET state = 'OWNER_SOURCE', epoch = ?, decided_at = NOW(3)"
            + " WHERE id = ? AND epoch <= ?",
        epoch,
        id.value(),
        epoch);
    requireNoLater(connection, epoch);
  }

  /**
   * Asserts that no later run has decided anything here.
   *
   * @throws FramException FENCED
   */
  public void requireNoLater(Connection connection, long epoch) throws SQLException {
    boolean later =
        exists(connection)
            && Sql.number(
                    connection,
                    "SELECT COUNT(*) FROM fram.handover WHERE id = ? AND epoch > ?",
                    id.value(),
                    epoch)
                > 0;
    if (later) {
      throw new FramException(
          ErrorCode.FENCED,
          "A later run has handed over or taken back (this run's epoch was " + epoch + ").",
          "Let the other run go on; fram status shows it.");
    }
  }

  /** Whether this migration has handed the data over. */
  public boolean handedOver(Connection connection) throws SQLException {
    return read(connection) instanceof HandOver.HandedOver;
  }

  /**
   * Asserts that this server has handed over and no later run was here: what is done to it then
   * meets nobody's work.
   *
   * @throws FramException FENCED
   */
  public void requireHandedOver(Connection connection, long epoch) throws SQLException {
    requireNoLater(connection, epoch);
    if (!handedOver(connection)) {
      throw new FramException(
          ErrorCode.FENCED,
          "This server serves: it was opened by another run (this run's epoch was " + epoch + ").",
          "Let the other run go on; fram status shows it.");
    }
  }

  /** Forgets this migration, whatever it has decided: nothing of it is left on this server. */
  public void forget(Connection connection) throws SQLException {
    if (!exists(connection)) {
      return;
    }
    Sql.update(connection, "DELETE FROM fram.handover WHERE id = ?", id.value());
    if (Sql.number(connection, "SELECT COUNT(*) FROM fram.handover") == 0) {
      Sql.run(connection, "DROP TABLE fram.handover");
    }
  }

  /**
   * Who owns the data. Waits for a decision that is under way: a commit may have happened, and not
   * be visible yet.
   */
  public HandOver read(Connection connection) throws SQLException {
    if (!exists(connection)) {
      return new HandOver.OwnerSource();
    }
    return Sql.first(
            connection,
            "SELECT state, frozen_at, epoch FROM fram.handover WHERE id = ? LOCK IN SHARE MODE",
            HandOverRegister::state,
            id.value())
        .orElseGet(HandOver.OwnerSource::new);
  }

  /**
   * Removes the register, unless some migration has handed the server's data over: then the source
   * must stay closed. Idempotent.
   */
  public void remove(Connection connection) throws SQLException {
    if (!exists(connection)) {
      return;
    }
    // Asked before anything is written: a source that was handed over refuses every write.
    long handedOver =
        Sql.number(connection, "SELECT COUNT(*) FROM fram.handover WHERE state = 'HANDED_OVER'");
    if (handedOver > 0) {
      return;
    }
    ProbeTable.drop(connection);
    Sql.update(connection, "DELETE FROM fram.handover WHERE id = ?", id.value());
    if (Sql.number(connection, "SELECT COUNT(*) FROM fram.handover") > 0) {
      return;
    }
    Sql.run(connection, "DROP TABLE IF EXISTS fram.closed");
    long others =
        Sql.number(
            connection,
            "SELECT COUNT(*) FROM information_schema.TABLES"
                + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME <> 'handover'");
    // An earlier migration may have made this server a target: its state stays. Otherwise the
    // register goes with its database: whoever is ended before that finds it, and goes on.
    Sql.run(connection, others == 0 ? "DROP DATABASE fram" : "DROP TABLE fram.handover");
  }

  private static boolean exists(Connection connection) throws SQLException {
    return Sql.number(
            connection,
            "SELECT COUNT(*) FROM information_schema.TABLES"
                + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME = 'handover'")
        > 0;
  }

  private static HandOver state(ResultSet row) throws SQLException {
    return "HANDED_OVER".equals(row.getString(1))
        ? new HandOver.HandedOver(BinlogPosition.parse(row.getString(2)), row.getLong(3))
        : new HandOver.OwnerSource();
  }
}
