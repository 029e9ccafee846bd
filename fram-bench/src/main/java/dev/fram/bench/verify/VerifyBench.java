// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.verify;

import dev.fram.bench.apply.Follower;
import dev.fram.bench.apply.FramFollower;
import dev.fram.bench.apply.Race;
import dev.fram.bench.data.BenchArena;
import dev.fram.bench.data.BenchOptions;
import dev.fram.bench.data.TargetServer;
import dev.fram.bench.data.Workload;
import dev.fram.bench.measure.Contest;
import dev.fram.bench.measure.Sample;
import dev.fram.bench.measure.Spread;
import dev.fram.bench.measure.Table;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What comparing costs. */
@Command(
    name = "verify",
    description =
        "Comparing every row beside copying it; and what the ledger costs while applying.",
    mixinStandardHelpOptions = true)
public final class VerifyBench implements Callable<Integer> {
  /** Two rounds of each pair cancel what the order does. */
  private static final int LEDGER_ROUNDS = 2;

  @Mixin private BenchOptions options = new BenchOptions();

  @Option(
      names = "--part",
      paramLabel = "NAME",
      split = ",",
      description = "copy, ledger or both. Default: both.")
  private List<Part> parts = List.of(Part.values());

  @Option(
      names = "--transactions",
      paramLabel = "N",
      defaultValue = "20000",
      description = "In each backlog of the ledger's part. Default: ${DEFAULT-VALUE}.")
  private int transactions = 20_000;

  /** What is measured. */
  enum Part {
    COPY,
    LEDGER
  }

  @Override
  public Integer call() throws Exception {
    try (BenchArena arena = options.open()) {
      List<String> description = arena.description();
      description.forEach(System.out::println);
      for (Part part : parts) {
        switch (part) {
          case COPY -> copy(arena, description, System.out);
          case LEDGER -> ledger(arena, description, System.out);
        }
      }
      return 0;
    }
  }

  private void copy(BenchArena arena, List<String> description, PrintStream out) throws Exception {
    Contest contest =
        new Contest(
            arena, List.of(new VerifiedCopy(arena, options.jobs(), options.framOptions())), out);
    List<Sample> samples = contest.run(options.rounds());
    Table.print(samples, out);
    for (String figure : List.of("copy_seconds", "verify_seconds", "verify_by_copy")) {
      Spread spread =
          Spread.of(samples.stream().mapToDouble(s -> s.run().figures().getOrDefault(figure, 0.0)));
      out.printf("%-16s %.2f (%.2f-%.2f)%n", figure, spread.median(), spread.low(), spread.high());
    }
    out.println(options.results().write("verify-copy-" + arena.engine(), description, samples));
  }

  /**
   * Two Frams follow the same source. The one that compares rests ninety-nine hundredths of its
   * time, so that it is the keeping of the ledger that is seen, and not the reading of rows.
   */
  private void ledger(BenchArena arena, List<String> description, PrintStream out)
      throws Exception {
    arena.prepare();
    try (TargetServer second = arena.another();
        Follower plain =
            FramFollower.start(
                "fram --verify=off", arena, arena.first(), List.of("--verify=off"), List.of());
        Follower compared =
            FramFollower.start(
                "fram --verify=continuous",
                arena,
                second,
                List.of("--verify=continuous", "--verify-pace=1"),
                options.framOptions())) {
      Race race = new Race(arena, List.of(compared, plain), out);
      List<Sample> samples =
          race.run(Workload.TPCB, transactions, options.rounds().times(LEDGER_ROUNDS));
      Table.print(samples, out);
      out.println(options.results().write("verify-ledger-" + arena.engine(), description, samples));
    }
  }
}
