// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Between the thread that reads the wire and the feed's: events up to a bound in bytes (one event
 * always has room), then the end and its reason. A full buffer makes the reader wait, and with it
 * the server. Thread-safe.
 */
final class StreamBuffer {
  private final long limit;
  private final Duration silence;
  private final Deque<LogEvent> events = new ArrayDeque<>();
  private long bytes;
  private long heardNanos;
  private boolean connected;
  private boolean closed;
  private @Nullable StreamFailure failure;
  private @Nullable Error death;

  /**
   * @param limit how many bytes may wait
   * @param silence how long nothing at all may come before the connection counts as lost
   */
  StreamBuffer(long limit, Duration silence) {
    this.limit = limit;
    this.silence = silence;
  }

  synchronized void connected() {
    connected = true;
    heardNanos = System.nanoTime();
    notifyAll();
  }

  /** The first reason counts. */
  synchronized void failed(StreamFailure reason) {
    if (failure == null) {
      failure = reason;
    }
    notifyAll();
  }

  /** The reading thread has ended of this; whoever waits for it ends of it, too. */
  synchronized void died(Error error) {
    if (death == null) {
      death = error;
    }
    events.clear(); // what makes room; nothing of it is applied any more
    bytes = 0;
    notifyAll();
  }

  /** Throws the reason, where there is one. */
  private synchronized void check() throws StreamFailure {
    if (death != null) {
      throw death;
    }
    if (failure != null) {
      throw failure;
    }
  }

  synchronized void put(LogEvent event) {
    while (!closed && !events.isEmpty() && bytes + event.body().length > limit) {
      if (!pause(1_000)) {
        closed = true;
      }
    }
    if (!closed && failure == null) {
      events.addLast(event);
      bytes += event.body().length;
      heardNanos = System.nanoTime();
      notifyAll();
    }
  }

  synchronized void awaitConnected(Duration limit) throws StreamFailure {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!connected) {
      check();
      long millis = (deadline - System.nanoTime()) / 1_000_000;
      if (millis <= 0 || !pause(millis)) {
        throw new StreamFailure(StreamFailure.Kind.UNREACHABLE, "no answer");
      }
    }
  }

  synchronized Optional<LogEvent> poll(Duration wait) throws StreamFailure {
    long deadline = System.nanoTime() + wait.toNanos();
    while (events.isEmpty()) {
      check();
      long now = System.nanoTime();
      if (now - heardNanos > silence.toNanos()) {
        throw new StreamFailure(
            StreamFailure.Kind.LOST, "no heartbeat for " + silence.toSeconds() + " s");
      }
      long millis = (deadline - now) / 1_000_000;
      if (millis <= 0 || !pause(millis)) {
        return Optional.empty();
      }
    }
    LogEvent event = events.removeFirst();
    bytes -= event.body().length;
    heardNanos = System.nanoTime();
    notifyAll();
    return Optional.of(event);
  }

  synchronized void close() {
    closed = true;
    events.clear();
    bytes = 0;
    notifyAll();
  }

  /** Whether the wait was not interrupted. */
  @SuppressWarnings("WaitNotInLoop") // its callers loop, each over its own condition
  private synchronized boolean pause(long millis) {
    try {
      wait(millis);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
