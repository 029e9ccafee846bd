// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import dev.fram.api.engine.Route;
import dev.fram.api.model.Table;
import dev.fram.api.probe.ScratchRows;
import dev.fram.api.probe.SourceProbe;
import dev.fram.api.probe.TargetProbe;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.figures.Amount;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Measures in a fixed order: the ways to both servers, the source's rows, then the target, while
 * the source's counters show what the applications write. Owned by the caller's thread.
 */
public final class Measuring {
  /** Where the source has no rows to tell. */
  private static final int USUAL_ROW = 200;

  private final Route route;
  private final MeasureSettings settings;
  private final Clock clock;
  private final RandomGenerator random;

  public Measuring(Route route, MeasureSettings settings, Clock clock, RandomGenerator random) {
    this.route = route;
    this.settings = settings;
    this.clock = clock;
    this.random = random;
  }

  /** What will be done, before anything is: one sentence each. */
  public List<String> intentions() {
    List<String> said = new ArrayList<>();
    said.add(
        "This takes about "
            + Amount.time(settings.time().toMillis())
            + settings
                .soak()
                .map(soak -> ", and then " + Amount.time(soak.toMillis()) + " of soaking")
                .orElse("")
            + ". Ctrl-C ends it at once and leaves nothing behind.");
    said.add(
        "Source "
            + route.source().server().name()
            + ": reads only. "
            + settings.jobs()
            + " sessions read up to "
            + Amount.bytes(settings.sampleBytes())
            + " of the largest tables, for "
            + Amount.time(settings.share(5).toMillis())
            + " at most, as fast as they come.");
    said.add(
        "Target "
            + route.target().server().name()
            + ": "
            + settings.jobs()
            + " sessions write up to "
            + Amount.bytes(settings.scratchBytes())
            + (settings.soak().isPresent() ? ", again and again while it soaks," : "")
            + " into table fram.scratch, as fast as it takes them; it is dropped at the end, and"
            + " schema fram with it if it was not there before. The server's log takes as much, and"
            + " up to "
            + Amount.bytes(settings.scratchBytes())
            + " more that are written for the disk's sake alone; both go to its replicas too.");
    if (route.target().journal().load().isPresent()) {
      said.add("The target holds a migration already: measuring slows it meanwhile.");
    }
    return said;
  }

  /**
   * Measures.
   *
   * @param progress told what is measured next
   * @throws dev.fram.core.concurrent.Stopped when the signal is raised; nothing is left behind
   */
  public Measurement run(StopSignal signal, Consumer<String> progress) {
    progress.accept("measuring this machine");
    HostFigures host = new HostMeter(clock, signal).measure();
    LinkMeter links = new LinkMeter(settings, clock, signal);
    progress.accept("measuring the way to the source");
    LinkFigures sourceLink =
        links.measure(
            route.source().server(),
            () -> {
              SourceProbe probe = route.sourceProbe();
              return new LinkMeter.Opened(probe.link(), probe::close);
            });
    progress.accept("measuring the way to the target");
    LinkFigures targetLink =
        links.measure(
            route.target().server(),
            () -> {
              TargetProbe probe = route.targetProbe();
              return new LinkMeter.Opened(probe.link(), probe::close);
            });
    progress.accept("reading rows of the source's largest tables");
    SourceMeter sources = new SourceMeter(route, settings, clock, signal, random);
    SourceMeter.Reading reading = sources.read(settings.share(5));
    try (SourceProbe counters = route.sourceProbe()) {
      SourceMeter.Look first = sources.look(counters);
      progress.accept("writing to the target, and watching what the source writes");
      int rowBytes =
          (int)
              Math.max(
                  ScratchRows.FEWEST_BYTES,
                  Math.min(ScratchRows.MOST_BYTES, reading.rowBytes().orElse(USUAL_ROW)));
      TargetMeter.Found found =
          new TargetMeter(route, settings, clock, signal, random)
              .measure(rowBytes, targetLink.roundTrip(), comparing(sources, rowBytes, signal));
      SourceFigures source = sources.figures(counters, reading, first);
      Forecaster.Seen seen =
          new Forecaster.Seen(
              host, source, found.figures(), sourceLink, targetLink, found.comparison());
      Forecast forecast = new Forecaster(settings, sources.tables(), seen).forecast();
      return new Measurement(
          host,
          sourceLink,
          targetLink,
          source,
          found.figures(),
          found.comparison(),
          forecast,
          found.soak());
    }
  }

  /** With as many sessions as the comparison will have. */
  private Function<Table, Optional<ComparisonFigures>> comparing(
      SourceMeter sources, int rowBytes, StopSignal signal) {
    List<Table> compared =
        sources.tables().stream()
            .filter(table -> table.transfer() == Table.Transfer.COPY_AND_FOLLOW)
            .toList();
    int sessions = Math.min(settings.verifyJobs(), ComparisonForecast.units(compared));
    return scratch ->
        new ComparisonMeter(route, sessions, clock, signal, random)
            .measure(compared, scratch, rowBytes, settings.share(4));
  }
}
