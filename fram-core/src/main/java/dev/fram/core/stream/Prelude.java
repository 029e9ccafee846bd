// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.lag.LagMeter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * While tables are still copied nothing can be applied, but where nobody writes to them there is
 * nothing to apply either: then the position moves on, and the source need not keep what others
 * write. Ends for good with the first change, which stays in its hand. Owned by the apply thread.
 *
 * <p>A table that is copied later loses nothing by it: whatever was committed before such a
 * position and is in the feed has no row of any table that is followed.
 */
final class Prelude {
  private final BatchPlanner planner;
  private final LagMeter lag;
  private final Clock clock;
  private final Duration every;
  private final Consumer<Position> durable;
  private Optional<Position> passed = Optional.empty();
  private Optional<Batch> first = Optional.empty();
  private long movedNanos;

  /**
   * @param every how often the position is moved
   * @param durable makes a position durable on the target
   */
  Prelude(
      BatchPlanner planner, LagMeter lag, Clock clock, Duration every, Consumer<Position> durable) {
    this.planner = planner;
    this.lag = lag;
    this.clock = clock;
    this.every = every;
    this.durable = durable;
    this.movedNanos = clock.nanos();
  }

  /** Returns once every table is copied. */
  void await(CountDownLatch copied, StopSignal signal) {
    while (copied.getCount() > 0) {
      signal.check();
      if (first.isPresent()) {
        pause(copied);
      } else {
        planner.next().ifPresent(this::take);
        moveWhenDue();
      }
    }
  }

  /**
   * What is to be applied next: how far it came without a change, then the first change. Whoever
   * waits for a position has seen it read already, and on an idle source nothing may follow it for
   * long.
   */
  Optional<Batch> next() {
    if (passed.isPresent()) {
      Optional<Batch> nothing = passed.map(Batch.Nothing::new);
      passed = Optional.empty();
      return nothing;
    }
    if (first.isEmpty()) {
      return planner.next();
    }
    Optional<Batch> held = first;
    first = Optional.empty();
    return held;
  }

  private void take(Batch batch) {
    switch (batch) {
      case Batch.Nothing nothing -> passed = Optional.of(nothing.reached());
      case Batch.Piece piece -> first = Optional.of(piece);
      case Batch.Whole whole -> {
        if (whole.events().stream().allMatch(Prelude::empty)) {
          passed = Optional.of(whole.to());
          lag.applied(whole.transactions(), whole.lastMillis());
        } else {
          first = Optional.of(whole);
        }
      }
    }
  }

  /** A table's layout is needed by its later rows, so it is no less than a change. */
  private static boolean empty(FeedEvent event) {
    return switch (event) {
      case FeedEvent.Begin e -> true;
      case FeedEvent.Commit e -> true;
      case FeedEvent.Idle e -> true;
      case FeedEvent.Row e -> false;
      case FeedEvent.Truncate e -> false;
      case FeedEvent.SchemaChange e -> false;
      case FeedEvent.Statement e -> false;
    };
  }

  private void moveWhenDue() {
    if (passed.isPresent() && clock.nanos() - movedNanos >= every.toNanos()) {
      durable.accept(passed.get());
      passed = Optional.empty();
      movedNanos = clock.nanos();
    }
  }

  private static void pause(CountDownLatch copied) {
    try {
      copied.await(5, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
