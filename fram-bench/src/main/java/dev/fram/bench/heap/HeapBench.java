// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.heap;

import dev.fram.bench.data.BenchArena;
import dev.fram.bench.data.BenchOptions;
import dev.fram.bench.measure.Sample;
import dev.fram.bench.measure.ToolRun;
import dev.fram.bench.measure.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A transaction and a row that are larger than the heap. */
@Command(
    name = "heap",
    description =
        "A large transaction and a large row, with the launcher's heap; half the size when it fails.",
    mixinStandardHelpOptions = true)
public final class HeapBench implements Callable<Integer> {
  private static final Usage NOTHING = new Usage(0, 0);

  @Mixin private BenchOptions options = new BenchOptions();

  @Option(
      names = "--transaction",
      paramLabel = "MEGABYTES",
      defaultValue = "10000",
      description = "Of its rows, in hundreds. Default: ${DEFAULT-VALUE}.")
  private int transaction = 10_000;

  @Option(
      names = "--row",
      paramLabel = "MEGABYTES",
      defaultValue = "1000",
      description = "Of the one value in it. Default: ${DEFAULT-VALUE}.")
  private int row = 1_000;

  @Override
  public Integer call() throws Exception {
    try (BenchArena arena = options.open()) {
      List<String> description = new ArrayList<>(arena.description());
      description.add(
          "asked for: a transaction of %d MB, a row of %d MB".formatted(transaction, row));
      description.forEach(System.out::println);
      Trial trial = new Trial(arena, Large.prepare(arena, row), options.framOptions(), System.out);
      List<Sample> samples = new ArrayList<>();
      for (Trial.Kind kind : Trial.Kind.values()) {
        ToolRun run = trial.run(kind, kind == Trial.Kind.TRANSACTION ? transaction : row);
        samples.add(new Sample(kind.words(), 1, run, NOTHING, NOTHING));
      }
      System.out.println(options.results().write("heap-" + arena.engine(), description, samples));
      return 0;
    }
  }
}
