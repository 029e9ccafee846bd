// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import dev.fram.api.engine.Route;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.api.probe.ScratchRows;
import dev.fram.api.probe.TargetProbe;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Measures the target by a scratch table, which is gone afterwards, whatever happens: dropped by
 * this run, or by the next one after a kill. Owned by one thread.
 */
final class TargetMeter {
  private static final int PIECE_BYTES = 2 << 20;
  private static final int MOST_SAMPLES = 50_000;
  private static final int UPDATED = 100;
  private static final int FETCHES = 50;
  private static final Duration SOAK_WINDOW = Duration.ofSeconds(10);
  private static final int SOAK_WINDOWS = 600;

  private final Route route;
  private final MeasureSettings settings;
  private final Clock clock;
  private final StopSignal signal;
  private final RandomGenerator random;
  private final AtomicLong nextRow = new AtomicLong();
  private long commits;

  TargetMeter(
      Route route,
      MeasureSettings settings,
      Clock clock,
      StopSignal signal,
      RandomGenerator random) {
    this.route = route;
    this.settings = settings;
    this.clock = clock;
    this.signal = signal;
    this.random = random;
  }

  /** What was measured with the scratch table. */
  record Found(
      TargetFigures figures, Optional<ComparisonFigures> comparison, Optional<Soak> soak) {}

  /**
   * @param compared asked once while the scratch table is full
   */
  Found measure(
      int rowBytes, Latency roundTrip, Function<Table, Optional<ComparisonFigures>> compared) {
    try (TargetProbe probe = route.targetProbe()) {
      @Nullable RuntimeException failure = null;
      try {
        probe.create();
        TargetFigures figures = figures(probe, rowBytes, roundTrip);
        Optional<ComparisonFigures> comparison = compared.apply(scratch(figures));
        return new Found(
            figures, comparison, settings.soak().map(time -> soak(probe, rowBytes, time)));
      } catch (RuntimeException e) {
        failure = e;
        throw e;
      } finally {
        drop(probe, failure);
      }
    }
  }

  private TargetFigures figures(TargetProbe probe, int rowBytes, Latency roundTrip) {
    Timing timing = new Timing(clock, signal);
    TargetProbe.Facts facts = probe.facts();
    Latency commit = commits(probe, settings.share(5));
    // Before the table is filled: no page of it is still on its way to the disk.
    SequentialFigures sequential =
        new SequentialMeter(clock, signal)
            .measure(probe.log(), settings.share(3), settings.scratchBytes());
    double atLeast = millis(probe::buildIndex);
    probe.dropIndex();
    Rate load = load(rowBytes, settings.share(8));
    signal.check();
    Rate index = indexTwice(probe);
    Latency read = timing.each(settings.share(3), MOST_SAMPLES, () -> probe.read(anyRow()));
    OptionalDouble fetched = probe.fetchedPages(anyRows(FETCHES));
    Latency update =
        timing.each(settings.share(4), MOST_SAMPLES, () -> probe.update(anyRows(UPDATED)));
    return new TargetFigures(
        commit,
        sequential,
        load,
        settings.jobs(),
        index,
        atLeast,
        update,
        UPDATED * update.perSecond(),
        read,
        fetched,
        load.bytes(),
        rowBytes,
        facts,
        DiskVerdict.of(commit, roundTrip, read, fetched, facts),
        probe.disk());
  }

  /** The first time may meet pages that are still on their way to the disk, the second does not. */
  private Rate indexTwice(TargetProbe probe) {
    long began = clock.nanos();
    long bytes = probe.buildIndex();
    long took = clock.nanos() - began;
    probe.dropIndex();
    signal.check();
    began = clock.nanos();
    bytes += probe.buildIndex();
    return Rate.of(bytes, took + clock.nanos() - began);
  }

  private double millis(Runnable work) {
    signal.check();
    long began = clock.nanos();
    work.run();
    return (clock.nanos() - began) / 1e6;
  }

  /** The scratch table as it is now. */
  private Table scratch(TargetFigures figures) {
    return new Table(
        TargetProbe.SCRATCH, nextRow.get(), figures.scratchBytes(), Table.Transfer.COPY_AND_FOLLOW);
  }

  private Latency commits(TargetProbe probe, Duration limit) {
    return new Timing(clock, signal)
        .each(
            limit,
            MOST_SAMPLES,
            () -> {
              commits++;
              probe.commitOne(-commits);
            });
  }

  private Rate load(int rowBytes, Duration limit) {
    int rows = Math.max(1, PIECE_BYTES / Math.max(ScratchRows.FEWEST_BYTES, rowBytes));
    AtomicLong loaded = new AtomicLong();
    return new Lanes(settings.jobs(), clock, signal)
        .run(limit, () -> new LoadLane(route.targetProbe(), rows, rowBytes, loaded));
  }

  /** Loads pieces until the scratch table is as large as it should be. */
  private final class LoadLane implements Lanes.Lane {
    private final TargetProbe probe;
    private final int rows;
    private final int rowBytes;
    private final AtomicLong loaded;

    LoadLane(TargetProbe probe, int rows, int rowBytes, AtomicLong loaded) {
      this.probe = probe;
      this.rows = rows;
      this.rowBytes = rowBytes;
      this.loaded = loaded;
    }

    @Override
    public void ready() {
      probe.link().roundTrip();
    }

    @Override
    public long step(long endNanos) {
      if (loaded.get() >= settings.scratchBytes()) {
        return -1;
      }
      long bytes = probe.load(nextRow.getAndAdd(rows), rows, rowBytes);
      loaded.addAndGet(bytes);
      return bytes;
    }

    @Override
    public void close() {
      probe.close();
    }
  }

  private long anyRow() {
    return random.nextLong(nextRow.get());
  }

  private long[] anyRows(int count) {
    // In order, so that no two sessions of a server wait for each other in a circle.
    return random.longs(count, 0, nextRow.get()).sorted().distinct().toArray();
  }

  private Soak soak(TargetProbe probe, int rowBytes, Duration time) {
    Duration window =
        time.compareTo(SOAK_WINDOW.multipliedBy(SOAK_WINDOWS)) > 0
            ? time.dividedBy(SOAK_WINDOWS)
            : SOAK_WINDOW.compareTo(time) > 0 ? time : SOAK_WINDOW;
    List<Soak.Window> windows = new ArrayList<>();
    long began = clock.nanos();
    while (clock.nanos() - began < time.toNanos()) {
      long at = (clock.nanos() - began) / 1_000_000;
      probe.empty();
      Rate load = load(rowBytes, window.multipliedBy(7).dividedBy(10));
      Latency commit = commits(probe, window.multipliedBy(3).dividedBy(10));
      windows.add(new Soak.Window(at, load.bytesPerSecond(), commit.p50Millis()));
    }
    return Soaking.judge(windows);
  }

  private void drop(TargetProbe probe, @Nullable RuntimeException first) {
    try {
      dropOrAgain(probe);
    } catch (FramException e) {
      FramException left =
          new FramException(
              ErrorCode.RESOURCE_EXHAUSTED,
              e.seen() + " The scratch table may be left on the target.",
              "Run fram measure again, which drops it, or drop table fram.scratch.",
              e);
      if (first == null) {
        throw left;
      }
      first.addSuppressed(left);
    }
  }

  /** The first session may have ended with what failed. */
  private void dropOrAgain(TargetProbe probe) {
    try {
      probe.drop();
    } catch (FramException e) {
      try (TargetProbe second = route.targetProbe()) {
        second.drop();
      }
    }
  }
}
