// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.testkit.server.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** An application: sessions that insert, update, delete and roll back until they are stopped. */
final class Writers implements AutoCloseable {
  private final PostgresServer server;
  private final String database;
  private final int count;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicBoolean going = new AtomicBoolean(true);
  private final AtomicLong commits = new AtomicLong();
  private final AtomicLong refusals = new AtomicLong();
  private final Queue<String> surprises = new ConcurrentLinkedQueue<>();

  Writers(PostgresServer server, String database, int count) {
    this.server = server;
    this.database = database;
    this.count = count;
  }

  void start() {
    for (int i = 0; i < count; i++) {
      int seed = i;
      threads.add(Thread.ofPlatform().name("writer-" + i).start(() -> write(new Random(seed))));
    }
  }

  long commits() {
    return commits.get();
  }

  /** Writes that the guards refused. */
  long refusals() {
    return refusals.get();
  }

  /** Errors that no application should see. */
  List<String> surprises() {
    return List.copyOf(surprises);
  }

  @Override
  public void close() {
    stop();
  }

  void stop() {
    going.set(false);
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void write(Random random) {
    try (Connection connection = server.connect(database)) {
      connection.setAutoCommit(false);
      while (going.get()) {
        try {
          transaction(connection, random);
          LockSupport.parkNanos(10_000_000); // an application thinks now and then
        } catch (SQLException e) {
          connection.rollback();
          note(e);
        }
      }
    } catch (SQLException e) {
      note(e);
    }
  }

  private void note(SQLException e) {
    switch (String.valueOf(e.getSQLState())) {
      case "25006" -> refusals.incrementAndGet();
      // Two writers chose the same key, or a row that was just moved to another partition: the
      // application's own affair.
      case "23505", "40001" -> {}
      default -> surprises.add(e.getSQLState() + " " + e.getMessage());
    }
  }

  private void transaction(Connection connection, Random random) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL synchronous_commit = " + (random.nextBoolean() ? "on" : "off"));
    }
    change(
        connection,
        "UPDATE account SET balance = balance + 1 WHERE id = ?",
        1 + random.nextInt(200));
    change(
        connection,
        "INSERT INTO entry (account, amount, note) VALUES (?, 1, '{\"n\": 1}')",
        1 + random.nextInt(200));
    change(connection, "DELETE FROM entry WHERE id = ?", random.nextInt(20_000));
    change(
        connection,
        "UPDATE part SET region = CASE region WHEN 'n' THEN 's' ELSE 'n' END WHERE id = ?",
        1 + random.nextInt(3000));
    change(
        connection,
        "INSERT INTO cache VALUES (?::int::text, 'x') ON CONFLICT (k) DO UPDATE SET v = 'y'",
        random.nextInt(200));
    if (random.nextInt(12) == 0) {
      connection.rollback();
    } else {
      connection.commit();
      commits.incrementAndGet();
    }
  }

  private static void change(Connection connection, String sql, int value) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setInt(1, value);
      statement.executeUpdate();
    }
  }
}
