// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import dev.fram.api.engine.BucketDigest;
import dev.fram.api.engine.DigestProbe;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.Span;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.core.concurrent.AtOnce;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Runs a comparison's statements on both servers at the same time, as a comparison does: on the
 * source over pieces of its own tables, on the target over the scratch table. Owned by one thread.
 */
final class ComparisonMeter {
  /** A statement that is begun is not ended early, so it must not be long. */
  private static final long PIECE = 32L << 20;

  /** Large tables tell of bytes, the smallest of what each table costs. */
  private static final int LARGEST = 10;

  private static final int SMALLEST = 2;

  /** Of a larger table it is the rows that cost. */
  private static final long SMALL = 1 << 20;

  private static final long ROWS_IN_BUCKET = 1_000;

  private final Route route;
  private final int sessions;
  private final Clock clock;
  private final StopSignal signal;
  private final RandomGenerator random;
  private final Map<TableId, Sum> found = new TreeMap<>();

  ComparisonMeter(
      Route route, int sessions, Clock clock, StopSignal signal, RandomGenerator random) {
    this.route = route;
    this.sessions = sessions;
    this.clock = clock;
    this.signal = signal;
    this.random = random;
  }

  private record Sum(long looks, long bytes, long nanos) {
    Sum plus(long moreBytes, long moreNanos) {
      return new Sum(looks + 1, bytes + moreBytes, nanos + moreNanos);
    }

    double millis() {
      return nanos / 1e6 / looks;
    }
  }

  /**
   * @param tables the source's, the largest first
   * @param scratch the target's table, full
   * @param rowBytes bytes of its rows on the way
   * @return empty when the source has no table
   */
  Optional<ComparisonFigures> measure(
      List<Table> tables, Table scratch, int rowBytes, Duration limit) {
    List<Table> chosen = chosen(tables);
    if (chosen.isEmpty() || sessions == 0) {
      return Optional.empty();
    }
    AtomicInteger next = new AtomicInteger();
    return AtOnce.both(
        () -> lanes().run(limit, () -> new SourceLane(chosen, next)),
        () -> lanes().run(limit, () -> new TargetLane(scratch, rowBytes)),
        this::figures);
  }

  private Lanes lanes() {
    return new Lanes(sessions, clock, signal);
  }

  private static List<Table> chosen(List<Table> tables) {
    List<Table> chosen = new ArrayList<>(tables.stream().limit(LARGEST).toList());
    tables.reversed().stream()
        .limit(SMALLEST)
        .filter(table -> !chosen.contains(table))
        .forEach(chosen::add);
    return chosen;
  }

  private Optional<ComparisonFigures> figures(Rate source, Rate target) {
    if (found.isEmpty()) {
      return Optional.empty();
    }
    double least =
        found.values().stream()
            .filter(sum -> sum.bytes() / sum.looks() <= SMALL)
            .mapToDouble(Sum::millis)
            .min()
            .orElse(0);
    return Optional.of(
        new ComparisonFigures(
            sessions,
            source,
            least,
            target,
            found.entrySet().stream()
                .map(e ->
                    new ComparisonFigures.TableSample(
                        e.getKey(),
                        e.getValue().bytes() / e.getValue().looks(),
                        e.getValue().millis()))
                .toList()));
  }

  private static int buckets(long rows) {
    return Math.clamp(rows / ROWS_IN_BUCKET, 16, 4096);
  }

  /** Reads pieces of one table after the other; each reader meets each table once, as in a run. */
  private final class SourceLane implements Lanes.Lane {
    private final List<Table> chosen;
    private final AtomicInteger next;
    private final Reader reader;
    private final Set<TableId> met = new HashSet<>();

    SourceLane(List<Table> chosen, AtomicInteger next) {
      this.chosen = chosen;
      this.next = next;
      this.reader = new Reader(route::sourceDigests);
    }

    @Override
    public void ready() {
      reader.open();
    }

    @Override
    public long step(long endNanos) {
      Table table = chosen.get(Math.floorMod(next.getAndIncrement(), chosen.size()));
      if (!met.add(table.id())) {
        reader.anew();
        met.clear();
        met.add(table.id());
      }
      Optional<Span> piece = reader.open().piece(table, PIECE, random.nextDouble());
      if (piece.isEmpty()) {
        // None of them can be read in pieces: nothing is known, and nothing is waited for.
        return met.size() == chosen.size() ? -1 : 0;
      }
      long began = clock.nanos();
      reader.open().digests().buckets(piece.get(), buckets(table.rows()));
      long took = clock.nanos() - began;
      long bytes = Math.min(PIECE, Math.max(0, table.bytes()));
      synchronized (found) {
        found.merge(
            table.id(), new Sum(1, bytes, took), (sum, one) -> sum.plus(one.bytes(), one.nanos()));
      }
      return bytes;
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  private final class TargetLane implements Lanes.Lane {
    private final Table scratch;
    private final int rowBytes;
    private final Reader reader;

    TargetLane(Table scratch, int rowBytes) {
      this.scratch = scratch;
      this.rowBytes = rowBytes;
      this.reader = new Reader(route::targetDigests);
    }

    @Override
    public void ready() {
      reader.open();
    }

    @Override
    public long step(long endNanos) {
      Span piece =
          reader
              .open()
              .piece(scratch, PIECE, random.nextDouble())
              .orElseGet(() -> Span.of(scratch.id()));
      List<BucketDigest> sums = reader.open().digests().buckets(piece, buckets(scratch.rows()));
      return rowBytes * sums.stream().mapToLong(BucketDigest::rows).sum();
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  /** A read that can be taken anew. Another thread may close it, and then it stays closed. */
  private static final class Reader {
    private final Supplier<DigestProbe> opens;
    private Optional<DigestProbe> current = Optional.empty();

    Reader(Supplier<DigestProbe> opens) {
      this.opens = opens;
    }

    synchronized DigestProbe open() {
      DigestProbe probe = current.orElseGet(opens);
      current = Optional.of(probe);
      return probe;
    }

    synchronized void anew() {
      close();
      current = Optional.empty();
    }

    synchronized void close() {
      current.ifPresent(DigestProbe::close);
    }
  }
}
