// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.load;

import dev.fram.bench.data.BenchArena;
import dev.fram.bench.data.BenchOptions;
import dev.fram.bench.measure.Contender;
import dev.fram.bench.measure.Contest;
import dev.fram.bench.measure.Sample;
import dev.fram.bench.measure.Spread;
import dev.fram.bench.measure.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
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

  @Option(
      names = "--percent",
      paramLabel = "N",
      defaultValue = "10",
      description =
          "Fram runs twice, the second time with --max-source-latency-increase=N. Default:"
              + " ${DEFAULT-VALUE}.")
  private int percent = 10;

  @Override
  public Integer call() throws Exception {
    try (BenchArena arena = options.open()) {
      List<String> description = arena.description();
      description.forEach(System.out::println);
      List<Sample> samples =
          new Contest(arena, contenders(arena), System.out).run(options.rounds());
      Table.print(samples, System.out);
      for (String name : samples.stream().map(Sample::contender).distinct().toList()) {
        print(name, samples.stream().filter(s -> s.contender().equals(name)).toList());
      }
      System.out.println(options.results().write("load-" + arena.engine(), description, samples));
      return 0;
    }
  }

  private List<Contender> contenders(BenchArena arena) throws IOException {
    Calm application = new Calm(arena, clients, seconds);
    List<Contender> all = new ArrayList<>();
    for (OptionalInt pace : List.of(OptionalInt.empty(), OptionalInt.of(percent))) {
      all.add(new FramUnderLoad(arena, options.jobs(), options.framOptions(), application, pace));
    }
    ReaderUnderLoad.of(arena, application).ifPresent(all::add);
    return all;
  }

  private static void print(String contender, List<Sample> samples) {
    System.out.println(contender);
    for (String figure : FramUnderLoad.FIGURES) {
      if (samples.stream().allMatch(s -> s.run().figures().containsKey(figure))) {
        Spread spread = Spread.of(samples.stream().mapToDouble(s -> s.run().figures().get(figure)));
        System.out.printf(
            "  %-24s %.2f (%.2f-%.2f)%n", figure, spread.median(), spread.low(), spread.high());
      }
    }
  }
}
