// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import dev.fram.api.engine.Route;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.api.probe.LogKeeping;
import dev.fram.api.probe.SourceProbe;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * Measures the source by reading: rows of its largest tables, and its counters at the beginning and
 * the end of a window. Owned by one thread.
 */
final class SourceMeter {
  /** The largest tables decide how long a copy takes. */
  private static final int TABLES = 12;

  private final Route route;
  private final MeasureSettings settings;
  private final Clock clock;
  private final StopSignal signal;
  private final RandomGenerator random;
  private final List<Table> tables;

  SourceMeter(
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
    this.tables =
        route.source().tables().stream()
            .filter(table -> table.transfer() != Table.Transfer.DEFINITION_ONLY)
            .sorted(Comparator.comparingLong(Table::bytes).reversed())
            .toList();
  }

  List<Table> tables() {
    return tables;
  }

  /**
   * What was read.
   *
   * @param rate how fast; empty when there was nothing to read
   * @param samples by table
   */
  record Reading(Optional<Rate> rate, List<SourceFigures.TableSample> samples) {
    /** Bytes of an average row; empty when there was none. */
    OptionalLong rowBytes() {
      long rows = samples.stream().mapToLong(SourceFigures.TableSample::rows).sum();
      long bytes = samples.stream().mapToLong(SourceFigures.TableSample::bytes).sum();
      return rows == 0 ? OptionalLong.empty() : OptionalLong.of(bytes / rows);
    }
  }

  Reading read(Duration limit) {
    Map<TableId, long[]> found = new TreeMap<>();
    AtomicInteger next = new AtomicInteger();
    List<Table> largest = tables.stream().filter(t -> t.bytes() > 0).limit(TABLES).toList();
    if (largest.isEmpty()) {
      return new Reading(Optional.empty(), List.of());
    }
    Rate rate =
        new Lanes(settings.jobs(), clock, signal)
            .run(limit, () -> new ReadLane(route.sourceProbe(), largest, next, found));
    List<SourceFigures.TableSample> samples =
        found.entrySet().stream()
            .map(e -> new SourceFigures.TableSample(e.getKey(), e.getValue()[0], e.getValue()[1]))
            .toList();
    return new Reading(rate.bytes() == 0 ? Optional.empty() : Optional.of(rate), samples);
  }

  /** Reads one table after the other, each from some place of it to its end. */
  private final class ReadLane implements Lanes.Lane {
    private final SourceProbe probe;
    private final List<Table> largest;
    private final AtomicInteger next;
    private final Map<TableId, long[]> found;
    private final Set<TableId> mine = new HashSet<>();
    private long left = settings.sampleBytes() / settings.jobs();

    ReadLane(
        SourceProbe probe, List<Table> largest, AtomicInteger next, Map<TableId, long[]> found) {
      this.probe = probe;
      this.largest = largest;
      this.next = next;
      this.found = found;
    }

    @Override
    public void ready() {
      probe.link().roundTrip();
    }

    @Override
    public long step(long endNanos) {
      Table table = largest.get(Math.floorMod(next.getAndIncrement(), largest.size()));
      if (left <= 0 || !mine.add(table.id())) {
        return -1;
      }
      SourceProbe.Sample sample =
          probe.read(
              table,
              random.nextDouble() * 0.5,
              bytes -> bytes < left && clock.nanos() < endNanos && !signal.raised());
      left -= sample.bytes();
      synchronized (found) {
        long[] sum = found.computeIfAbsent(table.id(), id -> new long[2]);
        sum[0] += sample.rows();
        sum[1] += sample.bytes();
      }
      return sample.bytes();
    }

    @Override
    public void close() {
      probe.close();
    }
  }

  /** Counters, and when they were read. */
  record Look(SourceProbe.Written written, long nanos) {}

  Look look(SourceProbe probe) {
    return new Look(probe.written(), clock.nanos());
  }

  SourceFigures figures(SourceProbe probe, Reading reading, Look first) {
    Look last = look(probe);
    double seconds = Math.max(1, last.nanos() - first.nanos()) / 1e9;
    SourceProbe.Written then = first.written();
    SourceProbe.Written now = last.written();
    return new SourceFigures(
        tables.size(),
        tables.stream().mapToLong(table -> Math.max(0, table.bytes())).sum(),
        probe.indexBytes(tables),
        reading.rate(),
        settings.jobs(),
        reading.samples(),
        new SourceFigures.Change(
            Math.round(seconds * 1000),
            perSecond(then.logBytes(), now.logBytes(), seconds),
            perSecond(then.commits(), now.commits(), seconds),
            perSecond(then.rows(), now.rows(), seconds)),
        kept(probe.keeping()),
        probe.disk());
  }

  /** A counter that went back was set anew meanwhile: then nothing is known. */
  private static OptionalDouble perSecond(OptionalLong then, OptionalLong now, double seconds) {
    boolean known = then.isPresent() && now.isPresent() && now.getAsLong() >= then.getAsLong();
    return known
        ? OptionalDouble.of((now.getAsLong() - then.getAsLong()) / seconds)
        : OptionalDouble.empty();
  }

  private static SourceFigures.LogKept kept(LogKeeping keeping) {
    return switch (keeping) {
      case LogKeeping.AsNeeded k ->
          new SourceFigures.LogKept(OptionalLong.empty(), OptionalLong.empty(), k.setBy());
      case LogKeeping.UpToBytes k ->
          new SourceFigures.LogKept(OptionalLong.of(k.bytes()), OptionalLong.empty(), k.setBy());
      case LogKeeping.UpToTime k ->
          new SourceFigures.LogKept(
              OptionalLong.empty(), OptionalLong.of(k.time().toMillis()), k.setBy());
    };
  }
}
