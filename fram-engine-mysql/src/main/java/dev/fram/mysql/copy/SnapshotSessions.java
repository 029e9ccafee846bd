// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.FeedStart;
import dev.fram.mysql.binlog.Pause;
import dev.fram.mysql.binlog.SourceLog;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sessions that all see one state of some tables, and that state's exact position in the log.
 * Whoever copies takes one out of the queue and puts it back: the one place where a session goes
 * from thread to thread, always owned by one.
 */
final class SnapshotSessions implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotSessions.class);

  private static final int SESSIONS = 4;
  private static final int TRIES = 40;

  /** Never at the head of a queue of locks for longer than this. */
  private static final int LOCK_SECONDS = 2;

  private static final String SNAPSHOT = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";

  private final BlockingQueue<Connection> idle = new ArrayBlockingQueue<>(SESSIONS);
  private final List<Connection> all = new ArrayList<>();
  private final BinlogPosition position;

  private SnapshotSessions(List<Connection> sessions, BinlogPosition position) {
    this.all.addAll(sessions);
    this.idle.addAll(sessions);
    this.position = position;
  }

  /**
   * MariaDB knows the exact place of one session's snapshot by itself; elsewhere the tables are
   * locked for as long as it takes to read the position and open the snapshots: milliseconds.
   */
  static SnapshotSessions open(
      Connector source, List<TableId> tables, SnapshotLock lock, RandomGenerator random) {
    List<Connection> sessions = new ArrayList<>();
    boolean done = false;
    try {
      Connection first = source.openStreaming("snapshot");
      sessions.add(first);
      SnapshotSessions opened;
      if (lock == SnapshotLock.TABLES && Connector.version(first).isMariaDb()) {
        Sql.run(first, SNAPSHOT);
        opened = new SnapshotSessions(sessions, FeedStart.snapshotPlace(first));
      } else {
        while (sessions.size() < SESSIONS) {
          sessions.add(source.openStreaming("snapshot"));
        }
        Locking locking = new Locking(source, tables, lock, random);
        opened = new SnapshotSessions(sessions, locking.open(sessions));
      }
      done = true;
      return opened;
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "opening a snapshot");
    } finally {
      if (!done) {
        sessions.forEach(Connector::abort);
      }
    }
  }

  BinlogPosition position() {
    return position;
  }

  /** A session of the snapshot, for the caller alone until it is put back. */
  Connection take(String table) {
    try {
      while (true) {
        Connection session = idle.poll(1, TimeUnit.SECONDS);
        if (session != null) {
          return session;
        }
        if (left() == 0) {
          throw new FramException(
              ErrorCode.SNAPSHOT_BROKEN,
              "Table " + table + ": the sessions that held its snapshot have ended.",
              "It is copied again.");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FramException(ErrorCode.CANCELLED, "Fram was told to stop.", "", e);
    }
  }

  void back(Connection session) {
    idle.add(session);
  }

  /** A session that failed is not used again. */
  void lost(Connection session) {
    synchronized (all) {
      all.remove(session);
    }
    Connector.abort(session);
  }

  private int left() {
    synchronized (all) {
      return all.size();
    }
  }

  @Override
  public void close() {
    synchronized (all) {
      all.forEach(Connector::abort);
      all.clear();
    }
  }

  /**
   * How the sessions get their state.
   *
   * @param tables what is read
   */
  private record Locking(
      Connector source, List<TableId> tables, SnapshotLock lock, RandomGenerator random) {

    /** Returns the position of the state that all the sessions see. */
    BinlogPosition open(List<Connection> sessions) throws SQLException {
      Connection holder = source.open("snapshot lock");
      try {
        Sql.run(holder, "SET lock_wait_timeout = " + LOCK_SECONDS);
        for (int i = 0; i < TRIES; i++) {
          if (lock.take(holder, tables)) {
            long begun = System.nanoTime();
            BinlogPosition position = SourceLog.position(holder);
            for (Connection session : sessions) {
              Sql.run(session, SNAPSHOT);
            }
            // Of either lock.
            Sql.run(holder, "UNLOCK TABLES");
            LOG.debug("{}: locked for {} us", source.name(), (System.nanoTime() - begun) / 1000);
            return position;
          }
          // Jitter: not in step with whatever it collides with.
          Pause.of(Duration.ofMillis(random.nextLong(200, 1_500)));
        }
        throw timedOut();
      } finally {
        Connector.abort(holder);
      }
    }

    private FramException timedOut() {
      return switch (lock) {
        case TABLES ->
            new FramException(
                ErrorCode.LOCK_TIMEOUT,
                tried("a read lock on " + tables),
                "End the long transactions on these tables (performance_schema.metadata_locks shows"
                    + " them), then run the command again.");
        case SERVER ->
            new FramException(
                ErrorCode.LOCK_TIMEOUT,
                tried("a read lock on all tables"),
                "End the statements and transactions that run for long (SHOW PROCESSLIST shows"
                    + " them), or leave out --one-snapshot, then run the command again.");
      };
    }

    private String tried(String what) {
      return source.name()
          + ": "
          + what
          + " could not be had in "
          + TRIES
          + " tries of "
          + LOCK_SECONDS
          + " s.";
    }
  }
}
