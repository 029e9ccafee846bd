// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.journal;

import dev.fram.api.engine.Lease;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An advisory lock in a session of its own, and the epoch. The lock only warns early; what makes a
 * second run harmless is the epoch, which every transaction checks. Owned by one thread.
 */
public final class PostgresLease implements Lease {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresLease.class);
  private static final String KEY = "(1718772077, 1)"; // 'fram' as a number

  private final Connector target;
  private final long epoch;
  private Connection session;

  private PostgresLease(Connector target, long epoch, Connection session) {
    this.target = target;
    this.epoch = epoch;
    this.session = session;
  }

  /**
   * Takes the lease if it is free, and raises the epoch.
   *
   * @throws FramException MIGRATION_MISSING, or a transient code
   */
  public static Optional<Lease> tryTake(Connector target, String holder) {
    Connection session = target.open("lease");
    boolean kept = false;
    try {
      if (!lock(session)) {
        return Optional.empty();
      }
      Lease lease = new PostgresLease(target, raise(session, target, holder), session);
      kept = true;
      return Optional.of(lease);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, target.name(), "taking the lease");
    } finally {
      if (!kept) {
        Connector.abort(session);
      }
    }
  }

  @Override
  public long epoch() {
    return epoch;
  }

  /**
   * A lost session is no loss of the lease as long as nobody took it in between: it is taken again,
   * under the same epoch.
   */
  @Override
  public void verify() {
    try {
      verifyEpoch();
    } catch (SQLException e) {
      if (!SqlErrors.ended(e)) {
        throw SqlErrors.translate(e, target.name(), "verifying the lease");
      }
      LOG.warn("{}: the lease's session was lost; taking it again.", target.name());
      Connector.abort(session);
      session = target.open("lease");
      retake();
    }
  }

  private void retake() {
    try {
      if (!lock(session)) {
        throw Epoch.fenced(epoch, target.name());
      }
      verifyEpoch();
    } catch (SQLException e) {
      throw SqlErrors.translate(e, target.name(), "taking the lease again");
    }
  }

  private void verifyEpoch() throws SQLException {
    long found =
        Sql.number(
            session,
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM pg_locks WHERE pid = pg_backend_pid()"
                + " AND locktype = 'advisory' AND granted)"
                + " THEN (SELECT epoch FROM fram.migration) END");
    if (found != epoch) {
      throw Epoch.fenced(epoch, target.name());
    }
  }

  @Override
  public void close() {
    Connector.abort(session);
  }

  private static boolean lock(Connection session) throws SQLException {
    return "t".equals(Sql.text(session, "SELECT pg_try_advisory_lock" + KEY));
  }

  private static long raise(Connection session, Connector target, String holder)
      throws SQLException {
    session.setAutoCommit(false);
    // A run that died a moment ago may still have a chunk's transaction open.
    Sql.run(session, "SET LOCAL lock_timeout = '30s'");
    long epoch =
        Sql.first(
                session,
                "UPDATE fram.migration SET epoch = epoch + 1, holder = ? RETURNING epoch",
                row -> row.getLong(1),
                holder)
            .orElseThrow(() -> missing(target));
    Sql.update(session, "UPDATE fram.feed SET epoch = ?", epoch);
    session.commit();
    session.setAutoCommit(true);
    return epoch;
  }

  private static FramException missing(Connector target) {
    return new FramException(
        ErrorCode.MIGRATION_MISSING,
        target.name() + ": there is no migration here.",
        "Start one with fram migrate.");
  }

  /** Who holds it, asked in a session of its own; empty when nobody does. */
  public static Optional<String> holder(Connector target) {
    Connection session = target.open("lease");
    try {
      return Sql.first(
          session,
          "SELECT m.holder || ', since ' || a.backend_start::timestamptz(0) FROM pg_locks l"
              + " JOIN pg_stat_activity a USING (pid), fram.migration m"
              + " WHERE l.locktype = 'advisory' AND l.granted"
              + " AND (l.classid, l.objid, l.objsubid) = (1718772077, 1, 2)"
              + " AND l.database = (SELECT oid FROM pg_database"
              + " WHERE datname = current_database())",
          row -> row.getString(1));
    } catch (SQLException e) {
      throw SqlErrors.translate(e, target.name(), "asking who holds the lease");
    } finally {
      Connector.abort(session);
    }
  }
}
