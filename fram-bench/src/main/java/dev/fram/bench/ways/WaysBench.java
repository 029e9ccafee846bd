// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.ways;

import dev.fram.bench.data.BenchArena;
import dev.fram.bench.data.BenchOptions;
import dev.fram.bench.data.MySqlArena;
import dev.fram.bench.data.PostgresArena;
import dev.fram.bench.data.TargetServer;
import dev.fram.bench.measure.ProcessTree;
import dev.fram.bench.measure.Rounds;
import dev.fram.bench.measure.Sample;
import dev.fram.bench.measure.Table;
import dev.fram.bench.measure.ToolRun;
import dev.fram.bench.measure.Usage;
import dev.fram.bench.tool.Debian;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The ways of moving a whole server, in turn, each to a target that was just made. */
@Command(
    name = "ways",
    description =
        "From the start until the target follows: by Fram's own feed, as a replica, and as a copy of"
            + " the whole server; MySQL by hand, too (--engine).",
    mixinStandardHelpOptions = true)
public final class WaysBench implements Callable<Integer> {
  @Mixin private BenchOptions options = new BenchOptions();

  @Override
  public Integer call() throws Exception {
    try (BenchArena opened = options.open()) {
      List<String> description = opened.description();
      description.forEach(System.out::println);
      List<Sample> samples =
          switch (opened) {
            case MySqlArena arena -> samples(arena);
            case PostgresArena arena ->
                new PostgresWays(arena, options.framOptions(), options.jobs())
                    .samples(options.rounds());
          };
      Table.print(samples, System.out);
      System.out.println(options.results().write("ways-" + opened.engine(), description, samples));
      return 0;
    }
  }

  private List<Sample> samples(MySqlArena arena) throws Exception {
    List<Way> ways = ways(arena);
    List<Sample> samples = new ArrayList<>();
    Rounds rounds = options.rounds();
    for (int round = rounds.first(); rounds.wants(round); round++) {
      for (Way way : ways) {
        Sample sample = measure(arena, way, round);
        System.out.printf(
            "round %d  %-44s %7.2f s, copied after %.2f s%n",
            round,
            way.name(),
            sample.run().seconds(),
            sample.run().figures().get("until_copied_seconds"));
        if (round > 0) {
          samples.add(sample);
        }
      }
    }
    return samples;
  }

  private List<Way> ways(MySqlArena arena) throws IOException {
    List<String> jvm = options.framOptions();
    List<String> jobs = List.of("--jobs=" + options.jobs());
    List<String> replica = List.of("--jobs=" + options.jobs(), "--feed=native");
    List<Way> all = new ArrayList<>();
    all.add(new FramWay("fram", arena, jvm, jobs, false));
    all.add(new FramWay("fram --feed=native", arena, jvm, replica, false));
    all.add(new FramWay("fram --copy=clone", arena, jvm, List.of("--copy=clone"), true));
    all.add(
        new FramWay(
            "fram --copy=clone --feed=native",
            arena,
            jvm,
            List.of("--copy=clone", "--feed=native"),
            true));
    Debian.MYSQL_CLIENT.bin().ifPresent(bin -> all.add(new DumpWay(arena, bin)));
    return all;
  }

  /** A target that is started again has another process, so what it used is not told. */
  private static Sample measure(MySqlArena arena, Way way, int round) throws Exception {
    ProcessTree source = new ProcessTree(arena.sourcePid());
    try (TargetServer.MySql target = arena.another()) {
      try {
        Usage before = source.usage();
        ToolRun run = way.run(target);
        Sample sample =
            new Sample(way.name(), round, run, source.usage().minus(before), Usage.NONE);
        arena.check(way.name(), target);
        return sample;
      } finally {
        way.tidy(target);
      }
    }
  }
}
