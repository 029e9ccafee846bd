// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.throttle;

import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * How fast the copy may go: how many threads copy at once, whether anything is begun, how many
 * bytes pass in a second. Others set it, the copying threads ask. Thread-safe.
 */
public final class Pace {
  private static final long SECOND = 1_000_000_000L;

  private final Clock clock;
  private final OptionalLong mostBytes;
  private final int most;
  private int allowed;
  private int inside;
  private Hold hold = Hold.NONE;
  private int adapted;
  private boolean paused;
  private long nextNanos;

  /** What the guard of the source holds back. */
  public enum Hold {
    NONE,
    /** Half of the threads rest. */
    HALF,
    /** Nothing new is begun; what has a snapshot is finished, so that it ends soon. */
    SNAPSHOTS,
    /** No chunk is begun. */
    CHUNKS
  }

  /**
   * @param workers how many threads there are
   * @param mostBytes how many bytes they may move in a second, together
   */
  public Pace(Clock clock, int workers, OptionalLong mostBytes) {
    this.clock = clock;
    this.mostBytes = mostBytes;
    this.most = workers;
    this.allowed = workers;
    this.adapted = workers;
    this.nextNanos = clock.nanos();
  }

  public synchronized void hold(Hold wanted) {
    hold = wanted;
    adjust();
  }

  /** Nothing is begun, whatever the others want, until {@link #goOn}. */
  public synchronized void pause() {
    paused = true;
    adjust();
  }

  public synchronized void goOn() {
    paused = false;
    adjust();
  }

  /** At most so many threads copy; what the guard wants counts beside it. */
  public synchronized void workers(int wanted) {
    adapted = Math.max(1, Math.min(most, wanted));
    adjust();
  }

  /** How many threads may copy now. */
  public synchronized int allowed() {
    return allowed;
  }

  /** How many there would be. */
  public int workers() {
    return most;
  }

  /** Whether a snapshot may be opened. */
  public synchronized boolean opens() {
    return !paused && hold != Hold.SNAPSHOTS && hold != Hold.CHUNKS;
  }

  /** Asks for the turn to copy a chunk; whoever gets it gives it back by {@link #leave}. */
  public synchronized boolean enter() {
    if (inside >= allowed) {
      return false;
    }
    inside++;
    return true;
  }

  public synchronized void leave() {
    inside--;
  }

  /** So many bytes have passed; waits until more may. */
  public void spend(long bytes, StopSignal signal) {
    if (mostBytes.isPresent()) {
      long wait = book(bytes, mostBytes.getAsLong());
      if (wait > 0) {
        signal.pause(Duration.ofNanos(wait));
      }
    }
  }

  /** A second's worth may pass in one go, so that large pieces do not make it slower. */
  private synchronized long book(long bytes, long perSecond) {
    long now = clock.nanos();
    nextNanos = Math.max(nextNanos, now - SECOND);
    nextNanos += (long) (bytes / (double) perSecond * SECOND);
    return nextNanos - now;
  }

  private void adjust() {
    allowed = paused ? 0 : held();
  }

  private int held() {
    return switch (hold) {
      case NONE, SNAPSHOTS -> adapted;
      case HALF -> Math.max(1, Math.min(adapted, most / 2));
      case CHUNKS -> 0;
    };
  }
}
