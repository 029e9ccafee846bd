// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import dev.fram.api.change.Position;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import java.time.Duration;
import java.util.Optional;

/**
 * How far feed and apply are, for those who wait for them. Thread-safe.
 *
 * <p>{@code received} counts only what the feed that is open now has read: a snapshot may be armed
 * by nothing else, because what an earlier feed has read, a source that crashed in between may have
 * forgotten.
 */
public final class FeedProgress {
  private static final long SLICE_MILLIS = 20;
  private static final Duration FOREVER = Duration.ofDays(3650);

  /** Whether anyone waits for the applied position. */
  public enum Pace {
    /** Batches may wait to be filled. */
    FULL_BATCHES,
    /** The write gate is closed: every millisecond counts. */
    AT_ONCE,
    /** Nothing may be applied until the cutover is undone. */
    HOLD,
    /** Nothing may be begun; what is begun comes to its end first. */
    BOUNDARY,
    /** The position may move on, but no row may change: after the hand-over. */
    NO_CHANGES,
    /** Whole transactions may be applied as long as they lie before the cut. */
    UP_TO_CUT
  }

  /** Where the apply thread stands while it may not go on. */
  private enum Standing {
    MOVING,
    AT_BOUNDARY,
    BEFORE_CHANGES,
    AT_CUT
  }

  private final Clock clock;
  private final RecentTransactions recent;
  private Optional<Position> received = Optional.empty();
  private Optional<Position> durable = Optional.empty();
  private Pace pace = Pace.FULL_BATCHES;
  private Standing standing = Standing.MOVING;
  private Optional<Cut> cut = Optional.empty();

  public FeedProgress(Clock clock, RecentTransactions recent) {
    this.clock = clock;
    this.recent = recent;
  }

  public RecentTransactions recent() {
    return recent;
  }

  synchronized void feedOpened() {
    received = Optional.empty();
  }

  synchronized void received(Position position) {
    received = Optional.of(position);
    notifyAll();
  }

  synchronized void durable(Position position) {
    durable = Optional.of(position);
    notifyAll();
  }

  /** What is durable on the target. */
  public synchronized Optional<Position> durable() {
    return durable;
  }

  public synchronized Pace pace() {
    return pace;
  }

  public synchronized void pace(Pace wanted) {
    pace = wanted;
    standing = Standing.MOVING;
    cut = Optional.empty();
    notifyAll();
  }

  synchronized Optional<Cut> cut() {
    return cut;
  }

  /** What the apply thread has in its hand lies beyond the cut, and all before it is written. */
  synchronized void reached(Cut parted) {
    if (cut.filter(parted::equals).isPresent()) {
      standAt(Standing.AT_CUT);
    }
  }

  /**
   * Asked by the apply thread before it writes what it has in its hand, again and again.
   *
   * @param parted the cut at which what it has in its hand was parted; one that came since is not
   *     to be overrun
   */
  synchronized boolean stands(Hand hand, Optional<Cut> parted) {
    return switch (pace) {
      case FULL_BATCHES, AT_ONCE -> false;
      case HOLD -> true;
      case BOUNDARY -> hand != Hand.INSIDE && standAt(Standing.AT_BOUNDARY);
      case NO_CHANGES -> hand != Hand.EMPTY && standAt(Standing.BEFORE_CHANGES);
      case UP_TO_CUT -> hand != Hand.INSIDE && standsAtCut(hand, parted);
    };
  }

  private synchronized boolean standsAtCut(Hand hand, Optional<Cut> parted) {
    return standing == Standing.AT_CUT || (hand == Hand.EMPTY ? passedCut() : !parted.equals(cut));
  }

  /** Nothing is in hand and everything that the cut may have seen is written. */
  private synchronized boolean passedCut() {
    Optional<Position> armed = cut.map(Cut::armedAt);
    boolean there = armed.isPresent() && durable.filter(d -> d.covers(armed.get())).isPresent();
    return there && standAt(Standing.AT_CUT);
  }

  /**
   * Applies on from the boundary where the apply thread stands up to the cut, and returns when it
   * stands there, until the pace is set anew.
   *
   * @return whether it came there within the limit
   */
  public synchronized boolean standAtCut(Cut wanted, Duration limit, StopSignal signal) {
    pace(Pace.UP_TO_CUT);
    cut = Optional.of(wanted);
    long deadline = clock.nanos() + limit.toNanos();
    while (standing != Standing.AT_CUT) {
      if (clock.nanos() - deadline >= 0) {
        return false;
      }
      slice(signal);
    }
    return true;
  }

  private synchronized boolean standAt(Standing where) {
    standing = where;
    notifyAll();
    return true;
  }

  /**
   * Stops applying between two batches and returns when it stands: no transaction is open on the
   * target, and none is begun before the pace is set anew.
   */
  public synchronized void pauseAtBoundary(StopSignal signal) {
    pauseAtBoundary(FOREVER, signal);
  }

  /**
   * The same within a limit.
   *
   * @return whether it stands
   */
  public synchronized boolean pauseAtBoundary(Duration limit, StopSignal signal) {
    pace(Pace.BOUNDARY);
    long deadline = clock.nanos() + limit.toNanos();
    while (standing != Standing.AT_BOUNDARY) {
      if (clock.nanos() - deadline >= 0) {
        return false;
      }
      slice(signal);
    }
    return true;
  }

  /**
   * Moves the position on to there, as long as nothing on the way changes a row.
   *
   * @return whether it came there; false when a change waits, which is not applied
   */
  public synchronized boolean awaitWithoutChanges(Position position, StopSignal signal) {
    pace(Pace.NO_CHANGES);
    while (!durable.filter(d -> d.covers(position)).isPresent()) {
      if (standing == Standing.BEFORE_CHANGES) {
        return false;
      }
      slice(signal);
    }
    return true;
  }

  /** Waits, without a limit, until the feed that is open has read everything up to there. */
  public synchronized void awaitReceived(Position position, StopSignal signal) {
    while (!received.filter(r -> r.covers(position)).isPresent()) {
      slice(signal);
    }
  }

  /**
   * Waits until everything up to there is durable on the target.
   *
   * @return whether it was within the limit
   */
  public synchronized boolean awaitDurable(Position position, Duration limit, StopSignal signal) {
    long deadline = clock.nanos() + limit.toNanos();
    while (!durable.filter(d -> d.covers(position)).isPresent()) {
      if (clock.nanos() - deadline >= 0) {
        return false;
      }
      slice(signal);
    }
    return true;
  }

  @SuppressWarnings("WaitNotInLoop") // its callers loop, each over its own condition
  private synchronized void slice(StopSignal signal) {
    signal.check();
    try {
      wait(SLICE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      signal.raise();
    }
  }
}
