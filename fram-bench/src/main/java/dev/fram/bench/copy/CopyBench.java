// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.copy;

import dev.fram.bench.data.BenchArena;
import dev.fram.bench.data.BenchOptions;
import dev.fram.bench.data.MySqlArena;
import dev.fram.bench.data.PostgresArena;
import dev.fram.bench.measure.Contender;
import dev.fram.bench.measure.Contest;
import dev.fram.bench.measure.Sample;
import dev.fram.bench.measure.Table;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The first transfer. */
@Command(
    name = "copy",
    description = "The first transfer: schema, rows, indexes, ANALYZE.",
    mixinStandardHelpOptions = true)
public final class CopyBench implements Callable<Integer> {
  @Mixin private BenchOptions options = new BenchOptions();

  @Override
  public Integer call() throws Exception {
    PrintStream out = System.out;
    try (BenchArena arena = options.open()) {
      List<String> description = arena.description();
      description.forEach(out::println);
      List<Contender> contenders = options.chosen(all(arena));
      List<Sample> samples = new Contest(arena, contenders, out).run(options.rounds());
      Table.print(samples, out);
      out.println(
          options
              .results()
              .write(options.named("copy") + "-" + arena.engine(), description, samples));
      return 0;
    }
  }

  private List<Contender> all(BenchArena arena) throws Exception {
    return switch (arena) {
      case PostgresArena postgres ->
          PostgresCopies.all(postgres, options.jobs(), options.framOptions());
      case MySqlArena mysql -> MySqlCopies.all(mysql, options.jobs(), options.framOptions());
    };
  }
}
