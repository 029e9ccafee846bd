// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.journal.FeedRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session on the target that writes rows, and the one row of {@code fram.feed}, which is
 * position, fence and lock in one. Owned by the applier's thread, or the one that repairs.
 */
public final class TargetSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TargetSession.class);

  private final Connector target;
  private final FeedRow row;
  private final long epoch;
  private final Connection connection;
  private final WriterMode mode;
  private final ValueForm form;

  private TargetSession(
      Connector target,
      FeedRow row,
      long epoch,
      Connection connection,
      WriterMode mode,
      ValueForm form) {
    this.target = target;
    this.row = row;
    this.epoch = epoch;
    this.connection = connection;
    this.mode = mode;
    this.form = form;
  }

  /**
   * Outside a transaction; not in auto-commit mode.
   *
   * @param purpose the session's name, as for {@link Connector#open}
   */
  public static TargetSession open(Connector target, String purpose, MigrationId id, long epoch) {
    return open(target, purpose, id, FeedRow.there(), epoch);
  }

  /**
   * The same for any feed.
   *
   * @param row where its position stands
   */
  static TargetSession open(
      Connector target, String purpose, MigrationId id, FeedRow row, long epoch) {
    Connection connection = target.open(purpose);
    try {
      // One plan for a statement whatever its arrays hold: always by the key's index.
      run(connection, "SET plan_cache_mode = force_generic_plan; SET jit = off");
      // What is committed is confirmed to the source, which then drops it: it must outlive a crash.
      run(connection, "SET synchronous_commit = on");
      run(connection, "SET fram.writer = " + Quoting.literal(id.value()));
      WriterMode mode = tryReplicaRole(connection);
      connection.setAutoCommit(false);
      return new TargetSession(target, row, epoch, connection, mode, ValueForm.of(connection));
    } catch (SQLException e) {
      abort(connection);
      throw SqlErrors.translate(e, target.name(), "opening the session for writing rows");
    }
  }

  public Connection connection() {
    return connection;
  }

  public String server() {
    return target.name();
  }

  WriterMode mode() {
    return mode;
  }

  ValueForm form() {
    return form;
  }

  Lsn position() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(row.position())) {
      if (!found.next()) {
        throw new FramException(
            ErrorCode.MIGRATION_MISSING,
            server() + " records no feed position.",
            "Run fram migrate to begin.");
      }
      return Lsn.parse(found.getString(1));
    }
  }

  /**
   * Begins a transaction in which nobody else moves the position.
   *
   * @return the reference xid that stands there
   * @throws FramException FENCED when the position or the epoch is not this one
   */
  public long lockFeed(Lsn from) throws SQLException {
    run(connection, "SET CONSTRAINTS ALL DEFERRED");
    try (PreparedStatement statement = connection.prepareStatement(row.lock())) {
      statement.setString(1, from.text());
      statement.setLong(2, epoch);
      try (ResultSet found = statement.executeQuery()) {
        if (!found.next()) {
          throw fenced(from);
        }
        return found.getLong(1);
      }
    }
  }

  void advanceFeed(Lsn from, Lsn to, long referenceXid) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(row.advance())) {
      statement.setString(1, to.text());
      statement.setLong(2, referenceXid);
      statement.setString(3, from.text());
      statement.setLong(4, epoch);
      if (statement.executeUpdate() != 1) {
        throw fenced(from);
      }
    }
  }

  void savepoint() throws SQLException {
    run(connection, "SAVEPOINT fram");
  }

  void release() throws SQLException {
    run(connection, "RELEASE SAVEPOINT fram");
  }

  void rollbackToSavepoint() throws SQLException {
    run(connection, "ROLLBACK TO SAVEPOINT fram");
  }

  @Override
  public void close() {
    abort(connection);
  }

  /** What went wrong in this session, and whether it was that the session has ended. */
  FramException translated(SQLException e, String doing) {
    FramException problem = SqlErrors.translate(e, server(), doing);
    if (problem.code() == ErrorCode.INTERNAL && isClosed()) {
      return new FramException(
          ErrorCode.CONNECTION_LOST,
          problem.seen(),
          "Run the same command again to go on.",
          problem);
    }
    return problem;
  }

  private boolean isClosed() {
    try {
      return connection.isClosed();
    } catch (SQLException e) {
      return true;
    }
  }

  private FramException fenced(Lsn from) {
    return new FramException(
        ErrorCode.FENCED,
        server()
            + ": the feed's position is not "
            + from
            + " in epoch "
            + epoch
            + " any more: another run has taken over.",
        "Leave the migration to that run, or end it and start this one again.");
  }

  /**
   * Whether a role may become a replica cannot be told from its attributes: managed servers grant
   * it in their own ways, PostgreSQL 15 and later also to plain roles.
   */
  private static WriterMode tryReplicaRole(Connection connection) throws SQLException {
    try {
      run(connection, "SET session_replication_role = replica");
      return WriterMode.REPLICA_ROLE;
    } catch (SQLException e) {
      if (SqlErrors.code(e) == ErrorCode.PRIVILEGE_MISSING) {
        return WriterMode.MARKED_SESSION;
      }
      throw e;
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void abort(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      LOG.debug("The applier's session could not be ended: {}", SqlErrors.message(e));
    }
  }
}
