// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.journal;

import dev.fram.api.engine.Lease;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A named lock (GET_LOCK) in a session of its own, and the epoch. The lock only warns early; what
 * makes a second run harmless is the epoch, which every transaction checks. Owned by one thread.
 */
public final class MySqlLease implements Lease {
  private static final Logger LOG = LoggerFactory.getLogger(MySqlLease.class);
  private static final int CLOSE_MILLIS = 2_000;
  private static final String NAME = "'fram.lease'";
  // Idle for as long as a copy takes: the server must not end the session meanwhile.
  private static final String STAY = "SET SESSION wait_timeout = 604800";

  private final Connector target;
  private final long epoch;
  private Connection session;

  private MySqlLease(Connector target, long epoch, Connection session) {
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
      Lease lease = new MySqlLease(target, raise(session, target, holder), session);
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
            "SELECT CASE WHEN IS_USED_LOCK("
                + NAME
                + ") = CONNECTION_ID() THEN (SELECT epoch FROM fram.migration) ELSE -1 END");
    if (found != epoch) {
      throw Epoch.fenced(epoch, target.name());
    }
  }

  /** Given back by word: the server notices the end of a session only after a while. */
  @Override
  public void close() {
    try {
      session.setNetworkTimeout(Runnable::run, CLOSE_MILLIS);
      Sql.run(session, "DO RELEASE_LOCK(" + NAME + ")");
    } catch (SQLException e) {
      LOG.debug("{}: giving the lease back: {}", target.name(), e.getSQLState());
    } finally {
      Connector.abort(session);
    }
  }

  private static boolean lock(Connection session) throws SQLException {
    Sql.run(session, STAY);
    return Sql.number(session, "SELECT GET_LOCK(" + NAME + ", 0)") == 1;
  }

  private static long raise(Connection session, Connector target, String holder)
      throws SQLException {
    session.setAutoCommit(false);
    // A run that died a moment ago may still have a chunk's transaction open.
    Sql.run(session, "SET SESSION innodb_lock_wait_timeout = 30");
    int hit =
        Sql.update(session, "UPDATE fram.migration SET epoch = epoch + 1, holder = ?", holder);
    if (hit == 0) {
      throw missing(target);
    }
    long epoch = Sql.number(session, "SELECT epoch FROM fram.migration");
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
          "SELECT CONCAT(m.holder, ', connection ', IS_USED_LOCK("
              + NAME
              + ")) FROM fram.migration m WHERE IS_USED_LOCK("
              + NAME
              + ") IS NOT NULL",
          row -> row.getString(1));
    } catch (SQLException e) {
      throw SqlErrors.translate(e, target.name(), "asking who holds the lease");
    } finally {
      Connector.abort(session);
    }
  }
}
