// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.load;

import dev.fram.bench.data.BenchArena;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients on the source, each with a session: pgbench's transaction, at a rate or as fast as it
 * goes. A client that is late does not hurry afterwards. {@link #stop} ends them and is called by
 * the thread that started them.
 */
final class Oltp {
  private static final List<String> SQL =
      List.of(
          "UPDATE accounts SET abalance = abalance + ? WHERE aid = ?",
          "UPDATE tellers SET tbalance = tbalance + ? WHERE tid = ?",
          "UPDATE branches SET bbalance = bbalance + ? WHERE bid = ?");
  private static final String INSERT =
      "INSERT INTO history (tid, bid, aid, delta) VALUES (?, ?, ?, ?)";

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final List<Future<long[]>> clients = new ArrayList<>();
  private final long began = System.nanoTime();

  /**
   * What came of it.
   *
   * @param perSecond transactions of all clients
   * @param p99Millis 99 of 100 took no longer, from the first statement to the commit's answer
   */
  record Seen(double perSecond, double p99Millis) {}

  private Oltp() {}

  /**
   * Starts them.
   *
   * @param perSecond of all together; 0 for as fast as it goes
   */
  static Oltp start(BenchArena arena, int count, double perSecond) {
    Oltp load = new Oltp();
    long interval = perSecond == 0 ? 0 : (long) (1e9 * count / perSecond);
    for (int i = 0; i < count; i++) {
      long seed = i;
      load.clients.add(load.threads.submit(() -> load.client(arena, seed, interval)));
    }
    return load;
  }

  private long[] client(BenchArena arena, long seed, long interval) throws SQLException {
    SplittableRandom random = new SplittableRandom(seed);
    long[] took = new long[1 << 16];
    int count = 0;
    try (Connection connection = arena.connectSource()) {
      connection.setAutoCommit(false);
      int accounts = number(connection, "SELECT max(aid) FROM accounts");
      int tellers = number(connection, "SELECT max(tid) FROM tellers");
      long next = System.nanoTime() + (long) (random.nextDouble() * interval);
      while (!ended.get()) {
        LockSupport.parkNanos(next - System.nanoTime());
        long start = System.nanoTime();
        int teller = 1 + random.nextInt(tellers);
        transaction(connection, 1 + random.nextInt(accounts), teller, random.nextInt(-500, 500));
        long now = System.nanoTime();
        if (count == took.length) {
          took = Arrays.copyOf(took, 2 * count);
        }
        took[count++] = now - start;
        next = Math.max(next + interval, now);
      }
    }
    return Arrays.copyOf(took, count);
  }

  private static void transaction(Connection connection, int account, int teller, int delta)
      throws SQLException {
    int[] keys = {account, teller, (teller - 1) / 10 + 1};
    for (int i = 0; i < keys.length; i++) {
      try (PreparedStatement update = connection.prepareStatement(SQL.get(i))) {
        update.setInt(1, delta);
        update.setInt(2, keys[i]);
        update.executeUpdate();
      }
    }
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setInt(1, teller);
      insert.setInt(2, keys[2]);
      insert.setInt(3, account);
      insert.setInt(4, delta);
      insert.executeUpdate();
    }
    connection.commit();
  }

  private static int number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getInt(1);
    }
  }

  /** Ends them all; fails when one of them has failed. */
  Seen stop() throws InterruptedException, ExecutionException {
    ended.set(true);
    double seconds = (System.nanoTime() - began) / 1e9;
    List<long[]> all = new ArrayList<>();
    for (Future<long[]> client : clients) {
      all.add(client.get());
    }
    threads.shutdown();
    long[] sorted = all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
    double p99 = sorted.length == 0 ? 0 : sorted[(int) (sorted.length * 0.99)] / 1e6;
    return new Seen(sorted.length / seconds, p99);
  }
}
