// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.gate;

import dev.fram.api.engine.HandOver;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.probe.ProbeTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * {@code fram.handover} on the source: who owns the data (ALGORITHMS E1). The source decides,
 * because it is the server whose exclusivity is at stake. Works on the caller's connection.
 */
public final class HandOverRegister {
  private static final int BATCH = 100;

  private final MigrationId id;

  public HandOverRegister(MigrationId id) {
    this.id = id;
  }

  /** Creates what the hand-over will need, long before it, and touches no table of the user's. */
  public void prepare(Connection connection) throws SQLException {
    Sql.run(connection, "CREATE SCHEMA IF NOT EXISTS fram");
    Sql.run(
        connection,
        """
        CREATE TABLE IF NOT EXISTS fram.handover (
          id text PRIMARY KEY,
          state text NOT NULL CHECK (state IN ('OWNER_SOURCE', 'HANDED_OVER')),
          epoch bigint NOT NULL DEFAULT 0,
          frozen_at pg_lsn,
          decided_at timestamptz)
        """);
    Sql.update(
        connection,
        "INSERT INTO fram.handover (id, state) VALUES (?, 'OWNER_SOURCE') ON CONFLICT DO NOTHING",
        id.value());
    new SourceGuard(id).prepare(connection);
  }

  /** The decision itself, in the transaction that makes the guards durable. */
  boolean decide(Connection connection, long epoch, Lsn frozenAt) throws SQLException {
    return Sql.update(
            connection,
            "UPDATE fram.handover SET state = 'HANDED_OVER', epoch = ?, frozen_at = ?::pg_lsn,"
                + " decided_at = clock_timestamp()"
                + " WHERE id = ? AND state = 'OWNER_SOURCE' AND epoch <= ?",
            epoch,
            frozenAt.text(),
            id.value(),
            epoch)
        == 1;
  }

  /**
   * Takes a hand-over back, in the transaction that lets everybody pass: this server owns the data
   * again. The caller has just read from the other server that it has handed over. Idempotent; does
   * nothing where nothing was ever handed over.
   *
   * @throws FramException FENCED when a later run has handed over again
   */
  public void reopen(Connection connection, long epoch) throws SQLException {
    if (!exists(connection)) {
      return;
    }
    Sql.update(
        connection,
        "UPDATE fram.handover SET state = 'OWNER_SOURCE', epoch = ?,"
            + " decided_at = clock_timestamp()"
            + " WHERE id = ? AND state = 'HANDED_OVER' AND epoch <= ?",
        epoch,
        id.value(),
        epoch);
    if (handedOver(connection, Long.MAX_VALUE)) {
      throw new FramException(
          ErrorCode.FENCED,
          "A later run has handed over again (this run's epoch was " + epoch + ").",
          "Let the other run go on; fram status shows it.");
    }
    new SourceGuard(id).disarm(connection);
  }

  /**
   * Asserts, until the caller's transaction ends, that this server has handed over and no later run
   * was here: what is set on it then, nobody has used yet.
   *
   * @throws FramException FENCED
   */
  public void requireHandedOver(Connection connection, long epoch) throws SQLException {
    if (!handedOver(connection, epoch)) {
      throw new FramException(
          ErrorCode.FENCED,
          "The old server serves, or a later run was there (this run's epoch was " + epoch + ").",
          "Let the other run go on; fram status shows it.");
    }
  }

  private boolean handedOver(Connection connection, long epoch) throws SQLException {
    return Sql.first(
            connection,
            "SELECT 1 FROM fram.handover WHERE id = ? AND state = 'HANDED_OVER' AND epoch <= ?"
                + " FOR SHARE",
            row -> row.getInt(1),
            id.value(),
            epoch)
        .isPresent();
  }

  /**
   * Who owns the data. Waits for a decision that is under way: a commit may have happened, and not
   * be visible yet.
   */
  public HandOver read(Connection connection) throws SQLException {
    if (!exists(connection)) {
      return new HandOver.OwnerSource();
    }
    Sql.run(connection, "SET lock_timeout = '10s'");
    try {
      return Sql.first(
              connection,
              "SELECT state, frozen_at::text, epoch FROM fram.handover WHERE id = ? FOR SHARE",
              HandOverRegister::state,
              id.value())
          .orElseGet(HandOver.OwnerSource::new);
    } finally {
      Sql.run(connection, "SET lock_timeout = 0");
    }
  }

  /**
   * Removes the register and the guards, unless some migration has handed the server's data over:
   * then the source must stay closed. Idempotent.
   */
  public void remove(Connection connection) throws SQLException {
    ProbeTable.drop(connection);
    if (!exists(connection) || anyHandedOver(connection)) {
      return;
    }
    List<String> drops =
        Sql.list(
            connection,
            SourceGuard.OURS,
            row ->
                "DROP TRIGGER IF EXISTS "
                    + Quoting.identifier(row.getString(3))
                    + " ON "
                    + Quoting.table(new TableId(row.getString(1), row.getString(2))));
    for (int from = 0; from < drops.size(); from += BATCH) {
      int to = Math.min(from + BATCH, drops.size());
      Sql.run(connection, String.join("; ", drops.subList(from, to)));
    }
    for (String function : Sql.list(connection, SourceGuard.FUNCTIONS, row -> row.getString(1))) {
      Sql.run(connection, "DROP FUNCTION IF EXISTS fram." + Quoting.identifier(function) + "()");
    }
    Sql.run(connection, "DROP TABLE IF EXISTS fram.handover");
    dropEmptySchema(connection);
  }

  private static void dropEmptySchema(Connection connection) throws SQLException {
    try {
      Sql.run(connection, "DROP SCHEMA IF EXISTS fram RESTRICT");
    } catch (SQLException e) {
      // 2BP01: an earlier migration made this server a target, and its state is still here.
      if (!"2BP01".equals(e.getSQLState())) {
        throw e;
      }
    }
  }

  private static boolean anyHandedOver(Connection connection) throws SQLException {
    return Sql.number(connection, "SELECT count(*) FROM fram.handover WHERE state = 'HANDED_OVER'")
        > 0;
  }

  private static boolean exists(Connection connection) throws SQLException {
    return Sql.number(
            connection,
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE n.nspname = 'fram' AND c.relname = 'handover'")
        > 0;
  }

  private static HandOver state(ResultSet row) throws SQLException {
    return "HANDED_OVER".equals(row.getString(1))
        ? new HandOver.HandedOver(Lsn.parse(row.getString(2)), row.getLong(3))
        : new HandOver.OwnerSource();
  }
}
