// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Applier;
import dev.fram.api.engine.ChangeFeed;
import dev.fram.api.engine.TouchedRows;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.Retries;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.Stopped;
import dev.fram.core.concurrent.WorkerGroup;
import dev.fram.core.lag.LagMeter;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.run.RunParts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feed, backlog and apply together. Any transient failure of one tears all three down; the next
 * generation begins at the position that is durable on the target, which also settles a commit
 * whose outcome was unknown. Its own thread runs {@link #run}; everything else is thread-safe.
 *
 * <p>Until {@link #follow} the feed is only read: snapshots need that to be armed, and the fences
 * are not all there yet.
 */
public final class Pipeline {
  private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);
  static final String HELD_BY = "apply";
  private static final long SLICE_MILLIS = 5;

  /** A few seconds of a busy server; about 100 bytes each. */
  private static final int RECENT = 50_000;

  private final RunParts parts;
  private final TouchedRows touched;
  private final FeedProgress progress;
  private final LagMeter lag;
  private final CountDownLatch released = new CountDownLatch(1);
  private final AtomicLong appliers = new AtomicLong();
  private final AtomicReference<Optional<Backlog>> backlog =
      new AtomicReference<>(Optional.empty());

  /** The last failure since there was progress, and whether it was told; the stream thread's. */
  private Optional<ErrorCode> met = Optional.empty();

  private boolean told;

  /**
   * @param touched told of every row that is applied
   */
  public Pipeline(RunParts parts, TouchedRows touched) {
    this.parts = parts;
    this.touched = touched;
    this.progress = new FeedProgress(parts.clock(), recent(parts.settings().verify()));
    this.lag = new LagMeter(parts.clock());
  }

  private static RecentTransactions recent(MigrationSettings.Verify verify) {
    return new RecentTransactions(
        verify.mode() == MigrationSettings.VerifyMode.CONTINUOUS ? RECENT : 0);
  }

  public FeedProgress progress() {
    return progress;
  }

  public LagMeter lag() {
    return lag;
  }

  /** From now on what is read is applied: every table is copied. */
  public void follow() {
    released.countDown();
  }

  /** How many appliers were opened so far; the newest may still be at work. */
  public long appliers() {
    return appliers.get();
  }

  public long backlogBytes() {
    return backlog.get().map(Backlog::bytes).orElse(0L);
  }

  public long backlogBytesOnDisk() {
    return backlog.get().map(Backlog::bytesOnDisk).orElse(0L);
  }

  /** Runs generation after generation until the signal; throws what cannot be retried. */
  public void run(StopSignal signal) {
    Retries retries = parts.retries();
    while (!signal.raised()) {
      Optional<Position> before = progress.durable();
      long began = parts.clock().nanos();
      try {
        generation(signal);
      } catch (FramException e) {
        boolean further = !before.equals(progress.durable());
        if (further) {
          met = Optional.empty();
          told = false;
        }
        if (further || lived(began)) {
          retries.progress();
        }
        signal.pause(e.category() == ErrorCategory.HELD ? held(e) : retries.after(e));
        LOG.warn("feed and apply begin again after: {}", e.getMessage());
        tell(e);
      }
    }
  }

  /** A session that is lost now and then is no news; the same twice running is, and once. */
  private void tell(FramException e) {
    if (met.equals(Optional.of(e.code())) && !told) {
      told = true;
      parts
          .bus()
          .publish(
              new RunEvent.Noted(
                  "Following does not get on, and is tried again: " + e.getMessage()));
    }
    met = Optional.of(e.code());
  }

  private Duration held(FramException e) {
    parts.bus().publish(new RunEvent.Held(HELD_BY, e.getMessage()));
    return parts.settings().rhythm().held();
  }

  private void generation(StopSignal signal) {
    lag.reset();
    progress.feedOpened();
    Path folder = parts.settings().stream().backlogFolder().resolve(parts.route().id().value());
    CompletableFuture<Position> from = new CompletableFuture<>();
    try (Backlog events = new Backlog(parts.settings().stream(), folder, parts.engine()::position);
        WorkerGroup workers = new WorkerGroup(signal, parts.route()::close)) {
      backlog.set(Optional.of(events));
      workers.start("apply", () -> apply(events, from, workers.signal()));
      workers.start("feed", () -> feed(events, from, workers.signal()));
      workers.join();
    } finally {
      backlog.set(Optional.empty());
    }
  }

  private void feed(Backlog events, CompletableFuture<Position> from, StopSignal signal) {
    Position start = await(from, signal);
    lag.measure(parts.route().source()::clockMillis);
    try (ChangeFeed feed = parts.route().source().openFeed(start)) {
      new FeedReader(
              events,
              progress,
              lag,
              parts.bus(),
              parts.clock(),
              parts.settings().rhythm().confirm())
          .read(feed, signal);
    }
  }

  private void apply(Backlog events, CompletableFuture<Position> from, StopSignal signal) {
    BatchPlanner planner =
        new BatchPlanner(events, progress, parts.settings().stream(), parts.clock());
    Prelude prelude =
        new Prelude(planner, lag, parts.clock(), parts.settings().rhythm().confirm(), this::passed);
    boolean first = released.getCount() > 0;
    if (first) {
      from.complete(parts.journal().store().feedPosition().orElseThrow());
      prelude.await(released, signal);
    }
    try (Applier applier = parts.route().applier(parts.journal().epoch(), touched)) {
      if (appliers.incrementAndGet() == 1 && !first) {
        progress.recent().startedAt(applier.position());
      }
      ApplyWorker worker =
          new ApplyWorker(
              applier,
              progress,
              lag,
              parts.bus(),
              parts.clock(),
              parts.settings().rhythm().confirm());
      progress.durable(worker.position());
      from.complete(worker.position());
      worker.follow(prelude::next, signal);
    }
  }

  /** Nothing up to there is to be applied. */
  private void passed(Position to) {
    parts.route().startAt(parts.journal().epoch(), to);
    progress.durable(to);
    parts.bus().publish(new RunEvent.Applied(to.text(), 0, 0, 0));
  }

  /** Long enough that what ended it is a new trouble and not the old one going on. */
  private boolean lived(long began) {
    return parts.clock().nanos() - began > 2 * parts.settings().retry().maxDelay().toNanos();
  }

  private static Position await(CompletableFuture<Position> from, StopSignal signal) {
    while (true) {
      signal.check();
      try {
        return from.get(SLICE_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // The other thread is still opening its connection, or has failed and raised the signal.
      } catch (InterruptedException | ExecutionException e) {
        throw new Stopped();
      }
    }
  }
}
