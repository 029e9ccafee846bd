// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.core.figures.Amount;
import dev.fram.core.probe.Forecast.Bottleneck;
import dev.fram.core.probe.Forecast.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Figures become times. Each part is the middle between the ways in which the same work can go, as
 * two things at a time or one after the other, and what the part takes however little there is to
 * do; its range is around that. How near they come is in docs/explanation/forecast.md, and so is
 * where the constants are from.
 */
final class Forecaster {
  /** A copied table's stages and its chunk are durable commits on the target, one after another. */
  private static final int COMMITS_A_TABLE = 8;

  /** Questions to each server for each copied table, one after another. */
  private static final int ANSWERS_A_TABLE = 20;

  /** Sessions, a snapshot, the first rows: on the usual machine, as the next two. */
  private static final double START_SECONDS = 0.4;

  /** Keys and constraints, and statistics. */
  private static final double FINISH_SECONDS = 0.4;

  /** Until the feed has been seen to be level. */
  private static final double LEVEL_SECONDS = 0.4;

  /** One statement reads a table once for all its indexes; what is measured is one index. */
  private static final double AT_ONCE = 0.85;

  /** A part that is within a quarter of the network's rate waits for the network. */
  private static final double NETWORK_BOUND = 0.75;

  /** What must be left over so that a limit counts as kept. */
  private static final double AIR = 2;

  private final MeasureSettings settings;
  private final List<Table> tables;
  private final SourceFigures source;
  private final TargetFigures target;
  private final LinkFigures sourceLink;
  private final LinkFigures targetLink;
  private final Seen seen;
  private final List<String> evidence = new ArrayList<>();

  Forecaster(MeasureSettings settings, List<Table> tables, Seen seen) {
    this.settings = settings;
    this.tables = tables;
    this.source = seen.source();
    this.target = seen.target();
    this.sourceLink = seen.sourceLink();
    this.targetLink = seen.targetLink();
    this.seen = seen;
  }

  /** What was measured. */
  record Seen(
      HostFigures host,
      SourceFigures source,
      TargetFigures target,
      LinkFigures sourceLink,
      LinkFigures targetLink,
      Optional<ComparisonFigures> comparison) {}

  Forecast forecast() {
    room();
    OptionalDouble copy = copy();
    OptionalDouble index = index();
    OptionalDouble both =
        copy.isPresent() && index.isPresent()
            ? OptionalDouble.of(together(copy.getAsDouble(), index.getAsDouble()))
            : OptionalDouble.empty();
    OptionalDouble catchUp =
        both.isPresent() ? catchUp(both.getAsDouble()) : OptionalDouble.empty();
    Verdict keepsUp = keepsUp();
    Verdict logLasts = logLasts(both, catchUp);
    return new Forecast(
        range(copy),
        range(index),
        range(both),
        catchUp.stream().mapToObj(TimeRange::roughly).findFirst(),
        verify(),
        freeze(),
        bottleneck(),
        keepsUp,
        logLasts,
        evidence);
  }

  private static Optional<TimeRange> range(OptionalDouble seconds) {
    return seconds.stream().mapToObj(TimeRange::around).findFirst();
  }

  /** Between two ways for the same to go: as far from the one as from the other. */
  private static double between(double one, double other) {
    return Math.sqrt(one * other);
  }

  private OptionalDouble copy() {
    if (source.read().isEmpty()) {
      if (source.tableBytes() == 0) {
        evidence.add("There are no rows to copy.");
        return OptionalDouble.of(fixed(START_SECONDS));
      }
      return OptionalDouble.empty();
    }
    double read = source.read().get().bytesPerSecond();
    double write = target.load().bytesPerSecond();
    double bytes = streamBytes();
    evidence.add(
        Amount.bytes(bytes)
            + " of rows in "
            + tables.size()
            + (tables.size() == 1 ? " table" : " tables")
            + ", at "
            + Amount.rate(read)
            + " read and "
            + Amount.rate(write)
            + " written by "
            + settings.jobs()
            + " sessions each: it takes something between both at the same time and one after the"
            + " other. "
            + Amount.latency(tableMillis())
            + " for each table however small.");
    double together = bytes / Math.min(read, write);
    double inTurn = bytes / read + bytes / write;
    return OptionalDouble.of(
        fixed(START_SECONDS) + tables.size() * tableMillis() / 1000 + between(together, inTurn));
  }

  /** What takes as long as it takes on the usual machine, on this one. */
  private double fixed(double seconds) {
    return seconds * seen.host().slower();
  }

  private double tableMillis() {
    return COMMITS_A_TABLE * 1000 / target.commit().perSecond()
        + ANSWERS_A_TABLE
            * (sourceLink.roundTrip().p50Millis() + targetLink.roundTrip().p50Millis())
        + fixed(target.facts().work().tableMillis());
  }

  /**
   * What goes over the way is not what lies on the disk: rows have no header there, and what is
   * compressed is unpacked. The sampled tables tell how much their rows are; the others are taken
   * to be alike.
   */
  private double streamBytes() {
    Map<TableId, Double> known = new HashMap<>();
    Map<TableId, Table> byId = new HashMap<>();
    tables.forEach(table -> byId.put(table.id(), table));
    double stream = 0;
    double disk = 0;
    for (SourceFigures.TableSample sample : source.samples()) {
      Table table = byId.get(sample.table());
      if (table != null && table.rows() > 0 && sample.rows() > 0) {
        double whole = (double) sample.bytes() / sample.rows() * table.rows();
        known.put(table.id(), whole);
        stream += whole;
        disk += table.bytes();
      }
    }
    double ratio = disk == 0 ? 1 : stream / disk;
    return tables.stream()
        .mapToDouble(table -> known.getOrDefault(table.id(), table.bytes() * ratio))
        .sum();
  }

  private OptionalDouble index() {
    OptionalLong bytes = source.indexBytes();
    if (bytes.isEmpty()) {
      return OptionalDouble.empty();
    }
    if (bytes.getAsLong() == 0) {
      evidence.add("There are no indexes to build.");
      return OptionalDouble.of(0);
    }
    double rate = target.index().bytesPerSecond();
    evidence.add(
        Amount.bytes(bytes.getAsLong())
            + " of indexes, built at "
            + Amount.rate(rate)
            + " by one session (a plain index on whole numbers; others take longer), "
            + settings.indexJobs()
            + " at a time"
            + (target.facts().indexesApart() ? "" : ", those of one table by one statement")
            + "; "
            + Amount.latency(target.indexAtLeastMillis())
            + " of it for each table however small.");
    double least = tables.size() * target.indexAtLeastMillis() / 1000;
    double once = target.facts().indexesApart() ? 1 : AT_ONCE;
    double whole = once * bytes.getAsLong() / rate + least;
    double shared = Math.max(whole / settings.indexJobs(), largestPass());
    return OptionalDouble.of(
        fixed(FINISH_SECONDS)
            + (target.facts().indexesApart() ? shared : Math.max(shared, largestShare() * whole)));
  }

  /** However small its index is, all of the largest table is read for it, by one session. */
  private double largestPass() {
    double passed = 2.0 * target.scratchBytes() / Math.max(1, target.index().millis());
    double largest =
        tables.stream().mapToDouble(table -> Math.max(0, table.bytes())).max().orElse(0);
    return largest / Math.max(1, passed) / 1000;
  }

  /** How much of all the tables the largest is. */
  private double largestShare() {
    double whole = tables.stream().mapToDouble(table -> Math.max(0, table.bytes())).sum();
    double largest =
        tables.stream().mapToDouble(table -> Math.max(0, table.bytes())).max().orElse(0);
    return whole == 0 ? 1 : largest / whole;
  }

  /**
   * Indexes are built while other tables are still copied: those of the largest table, which may be
   * the last, are not.
   */
  private double together(double copy, double index) {
    double overlapping = Math.max(copy, index) + largestShare() * Math.min(copy, index);
    return between(overlapping, copy + index);
  }

  private OptionalDouble catchUp(double before) {
    OptionalDouble rows = source.change().rowsPerSecond();
    if (rows.isEmpty()) {
      return OptionalDouble.empty();
    }
    double change = rows.getAsDouble();
    double left = target.updatesPerSecond() - change;
    return left <= 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(fixed(LEVEL_SECONDS) + before * change / left);
  }

  /** Whether all of it finds room on the target; said only where that can be seen. */
  private void room() {
    if (target.room().freeBytes().isEmpty()) {
      return;
    }
    long free = target.room().freeBytes().getAsLong();
    long needed = source.tableBytes() + source.indexBytes().orElse(0);
    evidence.add(
        "The target's disk has "
            + Amount.bytes(free)
            + " free; the source's tables and indexes take "
            + Amount.bytes(needed)
            + (free >= AIR * needed
                ? ": enough."
                : ": not twice as much, so not enough to be safe."));
  }

  private Optional<TimeRange> verify() {
    List<Table> compared =
        tables.stream()
            .filter(table -> table.transfer() == Table.Transfer.COPY_AND_FOLLOW)
            .toList();
    if (settings.verifyJobs() == 0) {
      evidence.add("Nothing will be compared (--verify=off).");
    }
    if (settings.verifyJobs() == 0 || compared.isEmpty()) {
      return Optional.of(new TimeRange(0, 0));
    }
    return seen.comparison()
        .map(figures -> {
          ComparisonForecast forecast =
              new ComparisonForecast(figures, compared, streamBytes(), seen.host());
          evidence.add(forecast.evidence());
          return forecast.range();
        });
  }

  private Optional<TimeRange> freeze() {
    FreezeForecast forecast = new FreezeForecast(seen, tables);
    evidence.add(forecast.evidence());
    return Optional.of(forecast.range());
  }

  private Verdict keepsUp() {
    OptionalDouble rows = source.change().rowsPerSecond();
    if (rows.isEmpty()) {
      return Verdict.UNKNOWN;
    }
    boolean enough = target.updatesPerSecond() > rows.getAsDouble();
    evidence.add(
        "The source changes "
            + Amount.count(Math.round(rows.getAsDouble()))
            + " rows/s now, the target updates "
            + Amount.count(Math.round(target.updatesPerSecond()))
            + " rows/s: "
            + (enough
                ? "it catches up."
                : "it never catches up. A faster disk or a nearer target is needed, or a quieter"
                    + " hour."));
    return enough ? Verdict.YES : Verdict.NO;
  }

  private Verdict logLasts(OptionalDouble before, OptionalDouble catchUp) {
    if (before.isEmpty() || catchUp.isEmpty()) {
      return Verdict.UNKNOWN;
    }
    long millis = TimeRange.around(before.getAsDouble() + catchUp.getAsDouble()).highMillis();
    SourceFigures.LogKept log = source.log();
    if (log.millis().isPresent()) {
      return lasts(
          log.millis().getAsLong() >= AIR * millis,
          "The source keeps its log for "
              + Amount.time(log.millis().getAsLong())
              + " ("
              + log.setBy()
              + "), up to "
              + Amount.time(millis)
              + " of it "
              + "are needed");
    }
    OptionalDouble perSecond = source.change().logBytesPerSecond();
    if (perSecond.isEmpty()) {
      return Verdict.UNKNOWN;
    }
    double needed = perSecond.getAsDouble() * millis / 1000;
    if (log.bytes().isPresent()) {
      return lasts(
          log.bytes().getAsLong() >= AIR * needed,
          "The source keeps "
              + Amount.bytes(log.bytes().getAsLong())
              + " of log ("
              + log.setBy()
              + "), up to "
              + Amount.bytes(needed)
              + " are written meanwhile");
    }
    evidence.add(
        "The source keeps its log for as long as it is needed ("
            + log.setBy()
            + "): its disk must hold up to "
            + Amount.bytes(needed)
            + " of it"
            + (source.disk().freeBytes().isPresent()
                ? ", and " + Amount.bytes(source.disk().freeBytes().getAsLong()) + " are free."
                : "; how much is free cannot be seen."));
    return source.disk().freeBytes().isPresent()
            && source.disk().freeBytes().getAsLong() < AIR * needed
        ? Verdict.NO
        : Verdict.YES;
  }

  private Verdict lasts(boolean lasts, String sentence) {
    evidence.add(
        sentence + (lasts ? ": enough." : ": not twice as much, so not enough to be safe."));
    return lasts ? Verdict.YES : Verdict.NO;
  }

  private Bottleneck bottleneck() {
    if (source.read().isEmpty()) {
      return Bottleneck.UNKNOWN;
    }
    double read = source.read().get().bytesPerSecond();
    double write = target.load().bytesPerSecond();
    if (read <= write) {
      return read > NETWORK_BOUND * sourceLink.received().bytesPerSecond()
          ? Bottleneck.SOURCE_NETWORK
          : Bottleneck.SOURCE_READ;
    }
    return write > NETWORK_BOUND * targetLink.sent().bytesPerSecond()
        ? Bottleneck.TARGET_NETWORK
        : Bottleneck.TARGET_WRITE;
  }
}
