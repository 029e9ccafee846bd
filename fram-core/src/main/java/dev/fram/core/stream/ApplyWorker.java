// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.Applier;
import dev.fram.core.bus.EventBus;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.lag.LagMeter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Writes batches to the target, each with the position it leads to. Owned by the apply thread. A
 * position is called durable only after its commit has returned; what becomes of a commit that
 * failed is asked by the next generation, from the target itself.
 */
final class ApplyWorker {
  private static final Duration LOOK = Duration.ofMillis(5);

  private final Applier applier;
  private final FeedProgress progress;
  private final LagMeter lag;
  private final EventBus bus;
  private final Clock clock;
  private final Duration idleEvery;
  private Position durable;
  private Optional<Position> idle = Optional.empty();
  private long committedNanos;
  private boolean open;
  private long changes;
  private long skipped;

  ApplyWorker(
      Applier applier,
      FeedProgress progress,
      LagMeter lag,
      EventBus bus,
      Clock clock,
      Duration idleEvery) {
    this.applier = applier;
    this.progress = progress;
    this.lag = lag;
    this.bus = bus;
    this.clock = clock;
    this.idleEvery = idleEvery;
    this.durable = applier.position();
    this.committedNanos = clock.nanos();
  }

  Position position() {
    return durable;
  }

  void follow(Supplier<Optional<Batch>> batches, StopSignal signal) {
    while (!signal.raised()) {
      Optional<Batch> batch = batches.get();
      Optional<Cut> cut = progress.cut();
      batch = before(cut, batch);
      while (progress.stands(hand(batch), cut)) {
        // A batch that came while we were told to hold was written after the gate had opened.
        signal.pause(LOOK);
        cut = progress.cut();
        batch = before(cut, batch);
      }
      batch.ifPresent(this::write);
      commitIdleWhenDue();
    }
  }

  /** Where there is a cut, writes what lies before it; returns what does not. */
  private Optional<Batch> before(Optional<Cut> cut, Optional<Batch> batch) {
    if (cut.isEmpty() || open || batch.isEmpty()) {
      return batch;
    }
    Batch.Parted parted = batch.get().partAt(cut.get().seen());
    if (parted.rest().isEmpty()) {
      return batch;
    }
    parted.head().ifPresent(this::write);
    progress.reached(cut.get());
    return parted.rest();
  }

  private Hand hand(Optional<Batch> batch) {
    if (open) {
      return Hand.INSIDE;
    }
    return batch.filter(Batch::changesSomething).isPresent() ? Hand.CHANGES : Hand.EMPTY;
  }

  private void write(Batch batch) {
    switch (batch) {
      case Batch.Whole whole -> {
        begin();
        apply(whole.events());
        commit(whole.to(), whole.transactions());
        lag.applied(whole.transactions(), whole.lastMillis());
      }
      case Batch.Piece piece -> {
        begin();
        apply(piece.events());
        piece.end().ifPresent(end -> endPieces(end, piece.millis()));
      }
      case Batch.Nothing nothing -> idle = Optional.of(nothing.reached());
    }
  }

  private void endPieces(Position end, long millis) {
    commit(end, 1);
    lag.applied(1, millis);
  }

  private void begin() {
    if (!open) {
      applier.begin(durable);
      open = true;
      idle = Optional.empty();
    }
  }

  private void apply(List<FeedEvent> events) {
    for (FeedEvent event : events) {
      if (event instanceof FeedEvent.Begin begin) {
        progress.recent().applied(begin, durable);
      }
    }
    Applier.Applied applied = applier.apply(events);
    changes += applied.changes();
    skipped += applied.skipped();
  }

  private void commit(Position to, long transactions) {
    applier.commit(to);
    open = false;
    durable = to;
    committedNanos = clock.nanos();
    progress.durable(to);
    bus.publish(new RunEvent.HeldEnded(Pipeline.HELD_BY));
    bus.publish(new RunEvent.Applied(to.text(), transactions, changes, skipped));
    changes = 0;
    skipped = 0;
  }

  /**
   * An idle position is made durable before the source hears of it, so that what the source has
   * dropped is never more than what the target knows. Once a second is enough, unless someone waits
   * for it.
   */
  private void commitIdleWhenDue() {
    if (idle.isEmpty() || open) {
      return;
    }
    boolean awaited =
        switch (progress.pace()) {
          case AT_ONCE, UP_TO_CUT, NO_CHANGES -> true;
          case FULL_BATCHES, HOLD, BOUNDARY -> false;
        };
    if (!awaited && clock.nanos() - committedNanos < idleEvery.toNanos()) {
      return;
    }
    Position to = idle.get();
    idle = Optional.empty();
    if (!durable.covers(to)) {
      begin();
      commit(to, 0);
    }
  }
}
