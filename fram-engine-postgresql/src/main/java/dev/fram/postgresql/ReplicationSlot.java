// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.api.engine.Retention;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.copy.PostgresSnapshot;
import dev.fram.postgresql.feed.FeedName;
import dev.fram.postgresql.feed.Lsn;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The logical slot: the source's promise to keep its log. Works on the caller's connection. */
final class ReplicationSlot {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicationSlot.class);
  private static final Duration DROP_WITHIN = Duration.ofSeconds(30);

  // to_jsonb, because the columns on invalidation differ from release to release.
  private static final String STATE =
      """
      SELECT coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn), 0)::bigint,
        s.safe_wal_size, s.wal_status, s.restart_lsn IS NULL,
        coalesce(to_jsonb(s) ->> 'invalidation_reason', ''), s.confirmed_flush_lsn::text
      FROM pg_replication_slots s WHERE s.slot_name = ?
      """;

  private final Connector source;
  private final String name;

  ReplicationSlot(Connector source, FeedName name) {
    this.source = source;
    this.name = name.text();
  }

  /**
   * Creates the slot, which waits until every transaction that runs now has ended.
   *
   * @return the point from which it has everything
   */
  Lsn create(Connection connection, Consumer<String> progress) throws SQLException {
    Connection own = source.open("slot");
    try {
      return waited(connection, own, () -> create(own), progress);
    } finally {
      Connector.abort(own);
    }
  }

  /** The state of the source at the slot's first point: what it has not seen, the slot has. */
  private record SlotSnapshot(Connection own, String name) implements PostgresSnapshot.Given {
    /** With the session goes the snapshot, unless somebody has taken it over. */
    @Override
    public void close() {
      Connector.abort(own);
    }
  }

  /** The same, with the snapshot of its first point. */
  PostgresSnapshot.Given createWithSnapshot(Connection connection, Consumer<String> progress)
      throws SQLException {
    Connection own = source.openReplication("slot");
    boolean done = false;
    try {
      SlotSnapshot made = waited(connection, own, () -> export(own), progress);
      done = true;
      return made;
    } finally {
      if (!done) {
        Connector.abort(own);
      }
    }
  }

  private SlotSnapshot export(Connection own) throws SQLException {
    return Sql.listAsItStands(
            own,
            "CREATE_REPLICATION_SLOT " + name + " LOGICAL pgoutput",
            row -> new SlotSnapshot(own, row.getString("snapshot_name")))
        .getFirst();
  }

  private <T> T waited(
      Connection connection, Connection own, Callable<T> work, Consumer<String> progress)
      throws SQLException {
    FutureTask<T> creation = new FutureTask<>(work);
    Thread worker = Thread.ofPlatform().name("fram-slot").daemon().start(creation);
    try {
      while (true) {
        try {
          return creation.get(5, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
          XidBarrier.report(connection, "creating the slot", progress);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FramException(
          ErrorCode.CANCELLED, source.name() + ": creating the slot was cancelled.", "", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw failed(cause == null ? e : cause);
    } finally {
      if (!creation.isDone()) {
        giveUp(connection, own);
        Connector.abort(own);
      }
      worker.interrupt();
    }
  }

  /**
   * While it waits for a transaction the server does not notice that its client is gone: it would
   * complete the slot, which then keeps the log for nobody. One that is not complete goes with its
   * session.
   */
  private void giveUp(Connection connection, Connection own) {
    try {
      int pid = own.unwrap(PGConnection.class).getBackendPID();
      Sql.list(connection, "SELECT pg_terminate_backend(?)", row -> 0, pid);
    } catch (SQLException e) {
      LOG.warn(
          "{}: nobody needs replication slot {} any more, and its creation could not be ended: {}",
          source.name(),
          name,
          SqlErrors.message(e));
    }
  }

  /**
   * Asserts that the slot still keeps what is needed.
   *
   * @throws FramException LOG_LOST
   */
  void verify(Connection connection, Lsn recorded) throws SQLException {
    Retention retention = retention(connection);
    if (retention.state() == Retention.State.LOST) {
      throw lost(
          retention.detail(),
          "see max_slot_wal_keep_size and, from 18 on, idle_replication_slot_timeout");
    }
    Lsn confirmed =
        Lsn.parse(
            Sql.text(
                connection,
                "SELECT coalesce(confirmed_flush_lsn, '0/0')::text FROM pg_replication_slots"
                    + " WHERE slot_name = ?",
                name));
    if (!recorded.covers(confirmed)) {
      // Nothing is confirmed before it is durable on the target: so the target went back in time.
      throw lost(
          "replication slot "
              + name
              + " was confirmed up to "
              + confirmed
              + ", but the target stands at "
              + recorded,
          "the target may have been restored or failed over to a standby that lagged");
    }
  }

  private FramException lost(String seen, String hint) {
    return new FramException(
        ErrorCode.LOG_LOST,
        source.name() + ": " + seen + ".",
        "Changes are missing that no other place has: run fram cancel and begin again; "
            + hint
            + ".");
  }

  Retention retention(Connection connection) throws SQLException {
    return Sql.first(connection, STATE, this::state, name)
        .orElseGet(() ->
            new Retention(
                0,
                OptionalLong.empty(),
                Retention.State.LOST,
                "replication slot " + name + " does not exist"));
  }

  /** Drops the slot; a walsender of a run that is gone may still hold it for a moment. */
  void drop(Connection connection) throws SQLException {
    long deadline = System.nanoTime() + DROP_WITHIN.toNanos();
    while (there(connection)) {
      Sql.list(
          connection,
          "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
              + " WHERE slot_name = ? AND active_pid IS NOT NULL",
          row -> 0,
          name);
      try {
        Sql.list(
            connection,
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                + " WHERE slot_name = ?",
            row -> 0,
            name);
      } catch (SQLException e) {
        // 55006: still in use; 42704: dropped by somebody else in between.
        boolean again = "55006".equals(e.getSQLState()) || "42704".equals(e.getSQLState());
        if (!again || System.nanoTime() > deadline) {
          throw e;
        }
        Pause.briefly(source.name(), "dropping the slot");
      }
    }
  }

  boolean there(Connection connection) throws SQLException {
    return Sql.number(
            connection, "SELECT count(*) FROM pg_replication_slots WHERE slot_name = ?", name)
        > 0;
  }

  private Lsn create(Connection own) throws SQLException {
    return Lsn.parse(
        Sql.text(own, "SELECT lsn FROM pg_create_logical_replication_slot(?, 'pgoutput')", name));
  }

  private FramException failed(Throwable cause) {
    return switch (cause) {
      case SQLException e ->
          SqlErrors.translate(e, source.name(), "creating replication slot " + name);
      case FramException e -> e;
      default ->
          new FramException(
              ErrorCode.INTERNAL, source.name() + ": creating the slot failed.", "", cause);
    };
  }

  private Retention state(ResultSet row) throws SQLException {
    long retained = row.getLong(1);
    long left = row.getLong(2);
    OptionalLong bytesLeft = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(left);
    String status = Optional.ofNullable(row.getString(3)).orElse("lost");
    String reason = row.getString(5);
    boolean lost = "lost".equals(status) || row.getBoolean(4) || !reason.isEmpty();
    String detail =
        "replication slot "
            + name
            + ": wal_status "
            + status
            + (reason.isEmpty() ? "" : ", invalidated: " + reason)
            + ", confirmed up to "
            + row.getString(6);
    return new Retention(retained, bytesLeft, judge(lost, status), detail);
  }

  private static Retention.State judge(boolean lost, String status) {
    if (lost) {
      return Retention.State.LOST;
    }
    return "unreserved".equals(status) ? Retention.State.ENDANGERED : Retention.State.FINE;
  }
}
