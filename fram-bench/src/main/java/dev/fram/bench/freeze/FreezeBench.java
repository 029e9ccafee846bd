// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.freeze;

import dev.fram.bench.data.BenchArena;
import dev.fram.bench.data.BenchOptions;
import dev.fram.bench.data.PostgresArena;
import dev.fram.bench.measure.Sample;
import dev.fram.bench.measure.Spread;
import dev.fram.bench.tool.FramEndpoints;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Cutovers and rollbacks under writers. */
@Command(
    name = "freeze",
    description =
        "For how long a cutover, or a rollback, keeps writers from writing; a round is one of each.",
    mixinStandardHelpOptions = true)
public final class FreezeBench implements Callable<Integer> {
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(
      names = "--writers",
      paramLabel = "N",
      defaultValue = "8",
      description = "How many. Default: ${DEFAULT-VALUE}.")
  private int writers = 8;

  @Option(
      names = "--per-second",
      paramLabel = "N",
      defaultValue = "400",
      description =
          "Transactions of all of them; 0 for as fast as it goes. Default: ${DEFAULT-VALUE}.")
  private double perSecond = 400;

  @Option(
      names = "--pgbouncer",
      description = "They go through PgBouncer, which Fram leads (postgresql).")
  private boolean bouncer;

  @Override
  public Integer call() throws Exception {
    try (BenchArena arena = options.openBothWays()) {
      arena.prepare();
      List<Application.Place> places = Application.create(arena);
      if (!bouncer) {
        measure(arena, places, arena.endpoints(), List.of());
      } else if (arena instanceof PostgresArena postgres) {
        try (Bouncer pooler = new Bouncer(postgres, writers)) {
          measure(
              arena, List.of(pooler.place()), Bouncer.probed(arena.endpoints()), pooler.words());
        }
      } else {
        throw new IllegalArgumentException("PgBouncer needs --engine=postgresql");
      }
      return 0;
    }
  }

  private void measure(
      BenchArena arena, List<Application.Place> places, FramEndpoints endpoints, List<String> words)
      throws Exception {
    PrintStream out = System.out;
    List<String> description = new ArrayList<>(arena.description());
    String rate = perSecond == 0 ? "as fast as it goes" : "%.0f a second".formatted(perSecond);
    description.add(
        writers
            + " writers, "
            + rate
            + (bouncer ? ", through PgBouncer" : ", straight to the server"));
    description.forEach(out::println);
    try (Writers application = Writers.start(places, writers, perSecond)) {
      long began = System.nanoTime();
      List<Sample> samples =
          new Crossings(endpoints, options.framOptions(), words, application, out)
              .run(options.rounds());
      double seconds = (System.nanoTime() - began) / 1e9;
      out.printf(
          "%d cutovers and rollbacks, %.0f transactions a second%n",
          samples.size(), application.acknowledged() / seconds);
      for (String figure : Crossings.FIGURES.subList(0, bouncer ? 3 : 2)) {
        Spread spread = Spread.of(samples.stream().mapToDouble(s -> s.run().figures().get(figure)));
        out.printf(
            "%-20s median %.0f ms, lowest %.0f, highest %.0f%n",
            figure, spread.median(), spread.low(), spread.high());
      }
      String name = "freeze-" + (bouncer ? "pgbouncer-" : "") + arena.engine();
      out.println(options.results().write(name, description, samples));
    }
  }
}
