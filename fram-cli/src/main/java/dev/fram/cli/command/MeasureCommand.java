// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.api.engine.Route;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.cli.config.Amounts;
import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.config.ConfigValues;
import dev.fram.cli.config.Servers;
import dev.fram.cli.tui.Presenter;
import dev.fram.core.bus.Answer;
import dev.fram.core.chronicle.ChronicleJson;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.Stopped;
import dev.fram.core.figures.Amount;
import dev.fram.core.probe.MeasureSettings;
import dev.fram.core.probe.Measurement;
import dev.fram.core.probe.Measuring;
import dev.fram.core.report.Foresight;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Takes the numbers that decide how long a migration takes. */
@Command(
    name = "measure",
    description = {
      "Measures both servers and the way to them, and forecasts the migration from that.",
      "Source: reads only. Target: writes to one scratch table, fram.scratch, which is dropped at"
          + " the end, also after Ctrl-C or a failure. Says first what it will do.",
      "What the servers do not tell is unknown, never 0."
    })
final class MeasureCommand implements FramCommand {
  private static final int INTERRUPTED = 130;

  @Option(
      names = "--time",
      paramLabel = "TIME",
      description = "Measures for about this long. Default: 30s.")
  private @Nullable String time;

  @Option(
      names = "--soak",
      paramLabel = "TIME",
      description =
          "Then goes on writing to the target for this long, to see whether its disk stays as fast:"
              + " many a provider's disk is quick only until its credits are spent.")
  private @Nullable String soak;

  @Option(
      names = "--scratch-size",
      paramLabel = "SIZE",
      description =
          "Size of the scratch table. Larger than the target's memory, it makes random reads tell"
              + " of the disk. Default: 256MiB.")
  private @Nullable String scratch;

  @Option(
      names = "--queries-per-page",
      paramLabel = "N",
      description =
          "Also says how long a page waits that asks so many queries one after another: run fram"
              + " measure where the application runs, before and after.")
  private @Nullable Integer queries;

  @Option(
      names = "--save",
      description =
          "Keeps the forecast on the target (schema fram, table kept), so that the report can compare"
              + " it with what really happens. fram cancel and fram complete remove it.")
  private boolean save;

  @Override
  public Set<ConfigKey> keys() {
    Set<ConfigKey> keys = Keys.logins();
    keys.add(ConfigKey.INCLUDE);
    keys.add(ConfigKey.EXCLUDE);
    keys.add(ConfigKey.JOBS);
    keys.add(ConfigKey.INDEX_JOBS);
    keys.add(ConfigKey.VERIFY);
    keys.add(ConfigKey.VERIFY_JOBS);
    return keys;
  }

  @Override
  public Set<ConfigKey> required() {
    return Keys.SERVERS;
  }

  @Override
  public int run(Session session) {
    Servers servers = session.servers();
    MeasureSettings settings = settings(session.values());
    if (queries != null && queries < 1) {
      throw wrong("--queries-per-page", queries.toString(), "Write a number of queries: 40.");
    }
    StopSignal signal = new StopSignal();
    return CtrlC.during(
        signal::raise,
        () -> {
          try (Presenter presenter = session.lines();
              Route route = Session.engine(servers.request()).open(servers.request())) {
            servers.warnings().forEach(presenter::warn);
            Consumer<Measurement> page =
                measurement -> {
                  page(measurement).ifPresent(presenter::say);
                  if (save) {
                    save(route, measurement);
                    presenter.say("the forecast is kept on the target, for fram report");
                  }
                };
            return Outcome.show(
                session, presenter, () -> measure(route, settings, signal, presenter, page));
          }
        });
  }

  /** With the settings that it has by itself; the exit code. */
  static int measured(Session session, Route route, Presenter presenter) {
    MeasureSettings settings = new MeasureCommand().settings(session.values());
    StopSignal signal = new StopSignal();
    return CtrlC.during(
        signal::raise,
        () ->
            Outcome.show(
                session,
                presenter,
                () -> measure(route, settings, signal, presenter, measurement -> {})));
  }

  private static void save(Route route, Measurement measurement) {
    Foresight foresight = Foresight.of(measurement.forecast(), Clock.system().millis());
    route.target().journal().keepAhead(Foresight.NAME, ChronicleJson.write(foresight));
  }

  private Optional<String> page(Measurement measurement) {
    return Optional.ofNullable(queries)
        .map(n ->
            "A page with "
                + Amount.count(n)
                + " queries one after another waits "
                + Amount.latency(n * measurement.sourceLink().roundTrip().p50Millis())
                + " for the way to the source and "
                + Amount.latency(n * measurement.targetLink().roundTrip().p50Millis())
                + " for the way to the target, from here (the round trip at p50, so many times).");
  }

  private static Answer measure(
      Route route,
      MeasureSettings settings,
      StopSignal signal,
      Presenter presenter,
      Consumer<Measurement> afterwards) {
    Measuring measuring = new Measuring(route, settings, Clock.system(), new SplittableRandom());
    measuring.intentions().forEach(presenter::say);
    try {
      Measurement measurement = measuring.run(signal, presenter::say);
      presenter.measured(measurement);
      afterwards.accept(measurement);
      return Answer.done("Measured; the scratch table is dropped.");
    } catch (Stopped e) {
      return new Answer(INTERRUPTED, "", "Stopped; the scratch table is dropped.", List.of());
    }
  }

  private MeasureSettings settings(ConfigValues values) {
    MeasureSettings defaults = MeasureSettings.defaults();
    return new MeasureSettings(
        duration("--time", time).orElse(defaults.time()),
        duration("--soak", soak),
        Optional.ofNullable(scratch).map(MeasureCommand::size).orElse(defaults.scratchBytes()),
        defaults.sampleBytes(),
        values.count(ConfigKey.JOBS),
        values.count(ConfigKey.INDEX_JOBS),
        values.text(ConfigKey.VERIFY).filter("off"::equals).isPresent()
            ? 0
            : values.count(ConfigKey.VERIFY_JOBS));
  }

  private static Optional<Duration> duration(String option, @Nullable String text) {
    return Optional.ofNullable(text)
        .map(given ->
            Amounts.duration(given)
                .filter(d -> !d.isZero())
                .orElseThrow(
                    () -> wrong(option, given, "Write a time with its unit: 30s, 10m, 1h30m.")));
  }

  private static long size(String given) {
    return Amounts.bytes(given)
        .filter(b -> b > 0)
        .orElseThrow(
            () -> wrong("--scratch-size", given, "Write a size with its unit: 256MiB, 20GB."));
  }

  private static FramException wrong(String option, String given, String remedy) {
    return new FramException(ErrorCode.CONFIG_INVALID, option + " is \"" + given + "\".", remedy);
  }
}
