// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.freeze;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An application with several writers, each with a session: an update and an insert a transaction.
 * One that is refused goes to the other place at once, and back, until it is let. What it measures
 * is the longest time between two of a writer's transactions that were acknowledged.
 */
final class Writers implements AutoCloseable {
  private static final long AFTER_REFUSAL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int ENOUGH = 5;
  private static final String UPDATE = "UPDATE accounts SET abalance = abalance + 1 WHERE aid = ?";
  private static final String INSERT =
      "INSERT INTO history (tid, bid, aid, delta) VALUES (?, 1, ?, 1)";

  private final List<Application.Place> places;
  private final int count;
  private final long interval;
  private final int accounts;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Future<@Nullable Void>> running = new ArrayList<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicLong longest = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLongArray acknowledged;

  private Writers(List<Application.Place> places, int count, double perSecond) throws SQLException {
    this.places = List.copyOf(places);
    this.count = count;
    this.interval = perSecond == 0 ? 0 : (long) (1e9 * count / perSecond);
    this.acknowledged = new AtomicLongArray(count);
    try (Connection connection = places.getFirst().connect();
        Statement statement = connection.createStatement();
        ResultSet most = statement.executeQuery("SELECT max(aid) FROM accounts")) {
      most.next();
      accounts = most.getInt(1);
    }
  }

  /**
   * Starts them.
   *
   * @param places where the database is, one after the other
   * @param perSecond transactions of all together; 0 for as fast as it goes
   */
  static Writers start(List<Application.Place> places, int count, double perSecond)
      throws SQLException {
    Writers made = new Writers(places, count, perSecond);
    for (int i = 0; i < count; i++) {
      int number = i;
      made.running.add(made.threads.submit(() -> made.write(number)));
    }
    return made;
  }

  /** Returns null when it is ended. */
  private @Nullable Void write(int number) {
    SplittableRandom random = new SplittableRandom(number);
    long last = System.nanoTime();
    for (int place = 0; !ended.get(); place = (place + 1) % places.size()) {
      try (Connection connection = places.get(place).connect()) {
        connection.setAutoCommit(false);
        while (!ended.get()) {
          long began = System.nanoTime();
          transaction(connection, number, 1 + random.nextInt(accounts));
          long now = System.nanoTime();
          long gap = now - last;
          longest.accumulateAndGet(gap, Math::max);
          last = now;
          acknowledged.incrementAndGet(number);
          LockSupport.parkNanos(began + interval - now);
        }
      } catch (SQLException no) {
        refused.incrementAndGet();
        LockSupport.parkNanos(AFTER_REFUSAL_NANOS);
      }
    }
    return null;
  }

  private static void transaction(Connection connection, int number, int account)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(UPDATE);
        PreparedStatement insert = connection.prepareStatement(INSERT)) {
      update.setInt(1, account);
      update.executeUpdate();
      insert.setInt(1, number);
      insert.setInt(2, account);
      insert.executeUpdate();
    }
    connection.commit();
  }

  /** From here on the longest gap is looked for anew. */
  void reset() {
    refused.set(0);
    longest.set(0);
  }

  /** Returns once each of them has written a few times more, so that no gap is still open. */
  void awaitAll() {
    long[] before = new long[count];
    for (int i = 0; i < count; i++) {
      before[i] = acknowledged.get(i);
    }
    long limit = System.nanoTime() + LIMIT_NANOS;
    for (int i = 0; i < count; i++) {
      while (acknowledged.get(i) < before[i] + ENOUGH) {
        if (System.nanoTime() > limit) {
          throw new IllegalStateException("writer " + i + " writes no more");
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
  }

  /** Milliseconds, of the writer that had to wait longest. */
  double longestMillis() {
    return longest.get() / 1e6;
  }

  /** How often one was refused, or could not connect. */
  long refused() {
    return refused.get();
  }

  /** Transactions of all, since the start. */
  long acknowledged() {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += acknowledged.get(i);
    }
    return sum;
  }

  /** Ends them all. */
  @Override
  public void close() {
    ended.set(true);
    threads.shutdown();
    for (Future<@Nullable Void> one : running) {
      try {
        one.get();
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return;
      } catch (ExecutionException failed) {
        throw new IllegalStateException(failed);
      }
    }
  }
}
