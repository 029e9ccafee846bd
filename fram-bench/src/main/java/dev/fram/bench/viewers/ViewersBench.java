// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.viewers;

import dev.fram.bench.data.BenchArena;
import dev.fram.bench.data.BenchOptions;
import dev.fram.bench.measure.Contender;
import dev.fram.bench.measure.Contest;
import dev.fram.bench.measure.Sample;
import dev.fram.bench.measure.Table;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The same migration, watched in several ways. */
@Command(
    name = "viewers",
    description = "The same migration with nobody, with many, and with bad viewers of its page.",
    mixinStandardHelpOptions = true)
public final class ViewersBench implements Callable<Integer> {
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(
      names = "--viewers",
      paramLabel = "N",
      defaultValue = "50",
      description = "How many look on at once. Default: ${DEFAULT-VALUE}.")
  private int viewers = 50;

  @Override
  public Integer call() throws Exception {
    PrintStream out = System.out;
    try (BenchArena arena = options.open()) {
      List<String> description = arena.description();
      description.forEach(out::println);
      List<Contender> contenders = options.chosen(all(arena));
      List<Sample> samples = new Contest(arena, contenders, out).run(options.rounds());
      Table.print(samples, out);
      out.println(options.results().write("viewers-" + arena.engine(), description, samples));
      return 0;
    }
  }

  private List<Contender> all(BenchArena arena) {
    List<String> words = List.of("migrate", "--jobs=" + options.jobs());
    return List.of(
        new Watched("fram", arena, words, Onlookers.none()),
        new Watched("fram, a page", arena, words, Onlookers.nobody()),
        new Watched(
            "fram, " + viewers + " viewers",
            arena,
            words,
            new Onlookers(viewers, Onlookers.Kind.READING)),
        new Watched(
            "fram, " + viewers + " that never read",
            arena,
            words,
            new Onlookers(viewers, Onlookers.Kind.NEVER_READING)),
        new Watched("fram, log on a full disk", arena, full(words), Onlookers.none()));
  }

  /** Every write to that file fails for want of space. */
  private static List<String> full(List<String> words) {
    return List.of(words.get(0), words.get(1), "--log-file=/dev/full");
  }
}
