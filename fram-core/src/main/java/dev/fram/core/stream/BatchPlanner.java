// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.run.MigrationSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Cuts the backlog into batches: as many whole source transactions as fit, and a transaction that
 * does not fit alone, in pieces. A transaction with a statement that changes the schema is always a
 * batch of its own. Never mixes a part of a transaction with another one. Owned by the apply
 * thread.
 */
final class BatchPlanner {
  /** How long a call waits at most when there is nothing at all. */
  private static final Duration QUIET = Duration.ofMillis(50);

  private final Backlog backlog;
  private final FeedProgress progress;
  private final MigrationSettings.Stream limits;
  private final Clock clock;
  private List<FeedEvent> events = new ArrayList<>();
  private long bytes;
  private int changes;

  /** Of {@link #events}, those that belong to whole transactions. */
  private int wholeEvents;

  private int wholeTransactions;
  private Optional<Position> wholeEnd = Optional.empty();
  private Optional<Batch.Nothing> after = Optional.empty();
  private long wholeMillis;
  private long openMillis;
  private boolean open;
  private boolean inPieces;

  /** The open transaction must not share its batch with any other. */
  private boolean alone;

  BatchPlanner(
      Backlog backlog, FeedProgress progress, MigrationSettings.Stream limits, Clock clock) {
    this.backlog = backlog;
    this.progress = progress;
    this.limits = limits;
    this.clock = clock;
  }

  /** The next batch, when there is one soon. */
  Optional<Batch> next() {
    if (after.isPresent()) {
      Optional<Batch> nothing = after.map(n -> n);
      after = Optional.empty();
      return nothing;
    }
    long deadline = clock.nanos() + limits.batchDelay().toNanos();
    while (true) {
      Optional<FeedEvent> event = backlog.poll(patience(deadline));
      if (event.isEmpty()) {
        boolean give = wholeTransactions > 0 && !inPieces;
        return give ? Optional.of(whole()) : Optional.empty();
      }
      Optional<Batch> batch = take(event.get());
      if (batch.isPresent()) {
        return batch;
      }
      boolean late = clock.nanos() - deadline >= 0;
      if (late && wholeTransactions > 0) {
        return Optional.of(whole());
      }
    }
  }

  private Duration patience(long deadline) {
    if (wholeTransactions == 0) {
      return QUIET;
    }
    return progress.pace() != FeedProgress.Pace.FULL_BATCHES
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, deadline - clock.nanos()));
  }

  private Optional<Batch> take(FeedEvent event) {
    return switch (event) {
      case FeedEvent.Begin begin -> begin(begin);
      case FeedEvent.Commit commit -> commit(commit);
      case FeedEvent.Idle idle -> idle(idle);
      case FeedEvent.Row row -> inside(row);
      case FeedEvent.Truncate truncate -> inside(truncate);
      case FeedEvent.SchemaChange change -> inside(change);
      case FeedEvent.Statement statement -> barrier(statement);
    };
  }

  private Optional<Batch> begin(FeedEvent.Begin event) {
    if (open) {
      throw broken("a transaction begins inside another");
    }
    open = true;
    openMillis = event.committedAtMillis();
    add(event);
    return Optional.empty();
  }

  private Optional<Batch> inside(FeedEvent event) {
    if (!open) {
      throw broken("a change stands outside any transaction");
    }
    add(event);
    if (!full()) {
      return Optional.empty();
    }
    if (wholeTransactions > 0) {
      return Optional.of(whole());
    }
    inPieces = true;
    return Optional.of(piece(Optional.empty()));
  }

  private Optional<Batch> barrier(FeedEvent.Statement event) {
    alone = true;
    Optional<Batch> batch = inside(event);
    return batch.isEmpty() && wholeTransactions > 0 ? Optional.of(whole()) : batch;
  }

  private Optional<Batch> commit(FeedEvent.Commit event) {
    if (!open) {
      throw broken("a commit without a transaction");
    }
    open = false;
    add(event);
    if (inPieces) {
      inPieces = false;
      alone = false;
      return Optional.of(piece(Optional.of(event.end())));
    }
    wholeEvents = events.size();
    wholeTransactions++;
    wholeEnd = Optional.of(event.end());
    wholeMillis = openMillis;
    boolean last = full() || alone;
    alone = false;
    return last ? Optional.of(whole()) : Optional.empty();
  }

  private Optional<Batch> idle(FeedEvent.Idle event) {
    if (open) {
      throw broken("idle inside a transaction");
    }
    Batch.Nothing nothing = new Batch.Nothing(event.reached());
    if (wholeTransactions == 0) {
      return Optional.of(nothing);
    }
    after = Optional.of(nothing);
    return Optional.of(whole());
  }

  private void add(FeedEvent event) {
    events.add(event);
    bytes += event.bytes();
    changes += event instanceof FeedEvent.Row ? 1 : 0;
  }

  private boolean full() {
    return bytes >= limits.batchBytes() || changes >= limits.batchChanges();
  }

  private Batch whole() {
    Batch batch =
        new Batch.Whole(
            List.copyOf(events.subList(0, wholeEvents)),
            wholeEnd.orElseThrow(),
            wholeTransactions,
            wholeMillis);
    List<FeedEvent> rest = events.subList(wholeEvents, events.size());
    keep(List.copyOf(rest));
    return batch;
  }

  private Batch piece(Optional<Position> end) {
    Batch batch = new Batch.Piece(List.copyOf(events), end, openMillis);
    keep(List.of());
    return batch;
  }

  private void keep(List<FeedEvent> rest) {
    events = new ArrayList<>();
    bytes = 0;
    changes = 0;
    wholeEvents = 0;
    wholeTransactions = 0;
    wholeEnd = Optional.empty();
    rest.forEach(this::add);
  }

  private static FramException broken(String what) {
    return new FramException(
        ErrorCode.FEED_INVALID, "The feed is out of order: " + what + ".", "Report this.");
  }
}
