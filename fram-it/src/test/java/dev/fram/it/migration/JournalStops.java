// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Makes every write to the journal on a target wait, and every change of the phase, until a test
 * has looked at it: it may let it through, refuse it, or meanwhile kill whoever writes. Two
 * sessions hand a lock to each other, so that not more than one write slips through between them.
 * Owned by the test's thread.
 */
final class JournalStops implements AutoCloseable {
  private static final Duration LOOK = Duration.ofMillis(3);

  private final Words words;
  private final Connection look;
  private Connection holds;
  private Connection next;

  /** A write that waits. */
  record Stop(long session, String what) {}

  /** How a server is told. */
  interface Words {
    /** Triggers that take the lock and give it back; for the session that looks. */
    String triggers();

    String lock();

    String unlock();

    /** Session and step of each write that waits. */
    String waiting();

    /** A row when the other of the two sessions waits for the lock. */
    String queued();

    /** Ends a session. */
    String end(long session);
  }

  JournalStops(Login target, Words words) throws SQLException {
    this.words = words;
    look = target.open();
    holds = target.open();
    next = target.open();
    run(look, words.triggers());
    run(holds, words.lock());
  }

  static JournalStops onPostgres(Login target) throws SQLException {
    return new JournalStops(target, new PostgresStops());
  }

  static JournalStops onMySql(Login target) throws SQLException {
    return new JournalStops(target, new MySqlStops());
  }

  /** The next write; empty when there is none until that ends. */
  Optional<Stop> await(BooleanSupplier running) throws SQLException {
    while (true) {
      boolean more = running.getAsBoolean();
      try (Statement statement = look.createStatement();
          ResultSet row = statement.executeQuery(words.waiting())) {
        if (row.next()) {
          return Optional.of(new Stop(row.getLong(1), row.getString(2).replaceAll("\\s+", " ")));
        }
      }
      if (!more) {
        return Optional.empty();
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
  }

  /** Lets it through, and holds the one after it. */
  void pass() throws SQLException {
    Connection behind = next;
    Thread queue = Thread.ofVirtual().start(() -> lock(behind));
    awaitQueued();
    run(holds, words.unlock());
    try {
      queue.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    next = holds;
    holds = behind;
  }

  /** It never happens. */
  void refuse(Stop stop) throws SQLException {
    run(look, words.end(stop.session()));
  }

  private void awaitQueued() throws SQLException {
    while (true) {
      try (Statement statement = look.createStatement();
          ResultSet row = statement.executeQuery(words.queued())) {
        if (row.next()) {
          return;
        }
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
  }

  private void lock(Connection connection) {
    try {
      run(connection, words.lock());
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    look.close();
    next.close();
    holds.close();
  }
}
