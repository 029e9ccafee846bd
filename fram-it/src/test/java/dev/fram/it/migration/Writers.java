// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An application that writes on whichever of two servers takes it: it tries the one where it was,
 * and when it is refused the other. What was acknowledged it remembers.
 */
final class Writers implements AutoCloseable {
  private static final Pace CALM = new Pace(3, 15);

  private final Login source;
  private final Login target;
  private final Pace pace;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final AtomicLong numbers;
  private final AtomicLong counted = new AtomicLong();
  private final AtomicLong broken = new AtomicLong();
  private final ConcurrentLinkedQueue<String> acknowledged = new ConcurrentLinkedQueue<>();
  private final List<Thread> threads = new ArrayList<>();

  /**
   * How much it writes.
   *
   * @param pauseMillis between two transactions of a thread
   * @param above every key is above it: others may have written before
   */
  record Pace(int threads, long pauseMillis, long above) {
    Pace(int threads, long pauseMillis) {
      this(threads, pauseMillis, 100);
    }
  }

  Writers(Login source, Login target) {
    this(source, target, CALM);
  }

  Writers(Login source, Login target, Pace pace) {
    this.source = source;
    this.target = target;
    this.pace = pace;
    this.numbers = new AtomicLong(pace.above());
    for (int i = 0; i < pace.threads(); i++) {
      threads.add(Thread.ofPlatform().name("writer-" + i).start(this::write));
    }
  }

  private void write() {
    Login at = source;
    while (stop.getCount() > 0) {
      try (Connection connection = at.open()) {
        while (stop.getCount() > 0) {
          transaction(connection);
          pause();
        }
      } catch (SQLException e) {
        broken.incrementAndGet();
        if (!toBeTriedAgain(e)) {
          at = at == source ? target : source;
        }
        pause();
      }
    }
  }

  /**
   * A deadlock says nothing of the server. Who went to the other one for it would write there as
   * soon as that one takes it: a MariaDB target that was just restarted does until Fram has closed
   * it.
   */
  private static boolean toBeTriedAgain(SQLException e) {
    return e.getSQLState() != null && e.getSQLState().startsWith("40");
  }

  /** Some of the customers are deleted again, and their items with them. */
  private void transaction(Connection connection) throws SQLException {
    long n = numbers.incrementAndGet();
    String token = "token " + n;
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO customer VALUES (" + n + ", 'new')");
      statement.execute(
          "INSERT INTO item (customer, token) VALUES (" + n + ", 'passing " + n + "')");
      statement.execute(
          "INSERT INTO item (customer, token, body) VALUES (1 + "
              + n % 5
              + ", '"
              + token
              + "', REPEAT('y', 200))");
      statement.execute("UPDATE coded SET v = v + 1 WHERE v % 3 = " + n % 3);
      if (n % 2 == 0) {
        statement.execute("DELETE FROM customer WHERE id = " + n);
      }
    }
    connection.commit();
    acknowledged.add(token);
    counted.incrementAndGet();
  }

  private void pause() {
    try {
      stop.await(pace.pauseMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The application goes on, wherever it is now. */
  void awaitMore() {
    awaitMore(40, Duration.ofMinutes(2));
  }

  void awaitMore(int transactions, Duration limit) {
    long then = count();
    await().atMost(limit).until(() -> count() > then + transactions);
  }

  /** How many transactions were acknowledged. */
  long count() {
    return counted.get();
  }

  /** How often a transaction, or the login for it, ended with an error. */
  long broken() {
    return broken.get();
  }

  void assertNothingLost(Login server) throws SQLException {
    Set<String> there = new HashSet<>();
    try (Connection connection = server.open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT token FROM item")) {
      while (rows.next()) {
        there.add(String.valueOf(rows.getString(1)));
      }
    }
    assertThat(acknowledged).isNotEmpty();
    Set<String> missing = new HashSet<>(acknowledged);
    missing.removeAll(there);
    assertThat(missing).isEmpty();
  }

  @Override
  public void close() {
    stop.countDown();
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
