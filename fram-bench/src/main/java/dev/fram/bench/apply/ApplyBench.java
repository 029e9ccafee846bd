// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.apply;

import dev.fram.bench.data.BenchArena;
import dev.fram.bench.data.BenchOptions;
import dev.fram.bench.data.MySqlArena;
import dev.fram.bench.data.PostgresArena;
import dev.fram.bench.data.TargetServer;
import dev.fram.bench.data.Workload;
import dev.fram.bench.measure.Sample;
import dev.fram.bench.measure.Table;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Catching up. */
@Command(
    name = "apply",
    description = "How fast a backlog is applied, beside the servers' own replication.",
    mixinStandardHelpOptions = true)
public final class ApplyBench implements Callable<Integer> {
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(
      names = "--transactions",
      paramLabel = "N",
      defaultValue = "30000",
      description = "In each backlog. Default: ${DEFAULT-VALUE}.")
  private int transactions = 30_000;

  @Option(
      names = "--workload",
      paramLabel = "NAME",
      split = ",",
      description = "Some of tpcb, mixed, tiny, bulk. Default: all.")
  private List<Workload> workloads = List.of(Workload.values());

  @Override
  public Integer call() throws Exception {
    PrintStream out = System.out;
    List<AutoCloseable> open = new ArrayList<>();
    try (BenchArena arena = options.open()) {
      List<String> description = arena.description();
      description.forEach(out::println);
      arena.prepare();
      try {
        List<Follower> followers = followers(arena, open, options.framOptions());
        Race race = new Race(arena, followers, out);
        for (Workload workload : workloads) {
          List<Sample> samples = race.run(workload, transactions, options.rounds());
          out.printf("%n%s, %d transactions", workload.word(), transactions);
          Table.print(samples, out);
          String name = "apply-" + workload.word() + "-" + arena.engine();
          out.println(options.results().write(name, description, samples));
        }
      } finally {
        for (AutoCloseable one : open.reversed()) {
          one.close();
        }
      }
      return 0;
    }
  }

  private static List<Follower> followers(
      BenchArena arena, List<AutoCloseable> open, List<String> jvm)
      throws IOException, SQLException {
    List<Follower> all = new ArrayList<>();
    all.add(FramFollower.start("fram", arena, arena.first(), List.of("--verify=off"), jvm));
    open.add(all.getFirst());
    switch (arena) {
      case PostgresArena postgres -> {
        TargetServer target = kept(arena.another(), open);
        all.add(Subscription.start(postgres, target));
      }
      case MySqlArena mysql -> {
        for (int workers : List.of(4, 1)) {
          TargetServer target = kept(arena.another(), open);
          if (target instanceof TargetServer.MySql server) {
            all.add(Replica.start(mysql, server, workers));
          }
        }
      }
    }
    DecodeOnly.start(arena).ifPresent(all::add);
    return all;
  }

  private static TargetServer kept(TargetServer target, List<AutoCloseable> open) {
    open.add(target);
    return target;
  }
}
