// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.load;

import dev.fram.bench.data.BenchArena;
import dev.fram.bench.data.BenchOptions;
import dev.fram.bench.measure.Contest;
import dev.fram.bench.measure.Sample;
import dev.fram.bench.measure.Spread;
import dev.fram.bench.measure.Table;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** An application on the source, before and during a migration. */
@Command(
    name = "load",
    description =
        "An application's latency before and during the copy, and how far Fram is behind at 90 % of"
            + " what the source can write.",
    mixinStandardHelpOptions = true)
public final class LoadBench implements Callable<Integer> {
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(
      names = "--clients",
      paramLabel = "N",
      defaultValue = "8",
      description = "Of the application. Default: ${DEFAULT-VALUE}.")
  private int clients = 8;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "20",
      description = "Of each measurement, the copy's excepted. Default: ${DEFAULT-VALUE}.")
  private int seconds = 20;

  @Override
  public Integer call() throws Exception {
    try (BenchArena arena = options.open()) {
      List<String> description = arena.description();
      description.forEach(System.out::println);
      FramUnderLoad fram =
          new FramUnderLoad(arena, options.jobs(), options.framOptions(), clients, seconds);
      List<Sample> samples = new Contest(arena, List.of(fram), System.out).run(options.rounds());
      Table.print(samples, System.out);
      for (String figure : FramUnderLoad.FIGURES) {
        Spread spread =
            Spread.of(
                samples.stream().mapToDouble(s -> s.run().figures().getOrDefault(figure, 0.0)));
        System.out.printf(
            "%-24s %.2f (%.2f-%.2f)%n", figure, spread.median(), spread.low(), spread.high());
      }
      System.out.println(options.results().write("load-" + arena.engine(), description, samples));
      return 0;
    }
  }
}
