// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.load;

import dev.fram.bench.data.BenchArena;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * How far a target is behind, seen from outside: ten times a second a number is written to the
 * source, and the target is asked for it. The lag is the age of the oldest number that is not there
 * yet. Owned by the thread that started it.
 */
final class Heartbeat {
  private static final long BEAT_NANOS = 100_000_000;
  private static final long LOOK_NANOS = 20_000_000;
  private static final long LIMIT_NANOS = 300_000_000_000L;

  private final BenchArena arena;
  private final long first;
  private final List<Long> written = new CopyOnWriteArrayList<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Future<@Nullable Void> writer;
  private final Future<Long> reader;

  private Heartbeat(BenchArena arena) throws SQLException {
    this.arena = arena;
    try (Connection source = arena.connectSource();
        Statement statement = source.createStatement()) {
      first = mark(statement) + 1;
    }
    writer = threads.submit(this::write);
    reader = threads.submit(this::read);
  }

  static Heartbeat start(BenchArena arena) throws SQLException {
    return new Heartbeat(arena);
  }

  /** Returns null when it is ended. */
  private @Nullable Void write() throws SQLException {
    try (Connection source = arena.connectSource();
        Statement statement = source.createStatement()) {
      while (!ended.get()) {
        long now = System.nanoTime();
        statement.execute(
            "UPDATE marker SET round = " + (first + written.size()) + " WHERE id = 1");
        written.add(now);
        LockSupport.parkNanos(BEAT_NANOS);
      }
    }
    return null;
  }

  /** The longest lag, in nanoseconds; returns once everything has arrived. */
  private long read() throws SQLException {
    long most = 0;
    long limit = Long.MAX_VALUE;
    try (Connection target = arena.first().connect();
        Statement statement = target.createStatement()) {
      while (true) {
        boolean last = ended.get() && writer.isDone();
        long seen = mark(statement);
        long now = System.nanoTime();
        int missing = (int) Math.max(0, seen - first + 1);
        if (missing < written.size()) {
          most = Math.max(most, now - written.get(missing));
        } else if (last) {
          return most;
        }
        if (last) {
          limit = Math.min(limit, now + LIMIT_NANOS);
        }
        if (now > limit) {
          throw new IllegalStateException("the target did not catch up in time");
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
  }

  private static long mark(Statement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery("SELECT round FROM marker WHERE id = 1")) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }

  /** Ends it when all has arrived, and returns the longest lag in seconds. */
  double stop() throws InterruptedException, ExecutionException {
    ended.set(true);
    writer.get();
    double seconds = reader.get() / 1e9;
    threads.shutdown();
    return seconds;
  }
}
