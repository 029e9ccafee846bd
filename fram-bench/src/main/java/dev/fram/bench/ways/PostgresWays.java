// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.ways;

import dev.fram.api.status.PhaseName;
import dev.fram.bench.data.PostgresArena;
import dev.fram.bench.data.TargetServer;
import dev.fram.bench.measure.ProcessTree;
import dev.fram.bench.measure.Rounds;
import dev.fram.bench.measure.Sample;
import dev.fram.bench.measure.ToolRun;
import dev.fram.bench.measure.Usage;
import dev.fram.bench.tool.FramEndpoints;
import dev.fram.bench.tool.FramProcess;
import dev.fram.testkit.server.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The ways of moving a whole PostgreSQL server, in turn, each to a target that was just made. All
 * of them go from the start until the target follows; the comparison of the rows is off.
 *
 * @param jvm options of Fram's own
 * @param jobs for the ways that copy rows
 */
record PostgresWays(PostgresArena arena, List<String> jvm, int jobs) {
  List<Sample> samples(Rounds rounds) throws Exception {
    List<Sample> samples = new ArrayList<>();
    for (int round = rounds.first(); rounds.wants(round); round++) {
      for (List<String> words : ways()) {
        Sample sample = measure(words, round);
        System.out.printf(
            "round %d  %-44s %7.2f s, copied after %.2f s%n",
            round,
            sample.contender(),
            sample.run().seconds(),
            sample.run().figures().get("until_copied_seconds"));
        if (round > 0) {
          samples.add(sample);
        }
      }
    }
    return samples;
  }

  private List<List<String>> ways() {
    return List.of(
        List.of("--jobs=" + jobs),
        List.of("--feed=native", "--jobs=" + jobs),
        List.of("--copy=base-backup"));
  }

  private Sample measure(List<String> words, int round) throws Exception {
    ProcessTree source = new ProcessTree(arena.sourcePid());
    try (TargetServer target = arena.another()) {
      PostgresServer server = ((TargetServer.Postgres) target).server();
      FramEndpoints endpoints = alike(server, arena.endpoints(target));
      List<String> all = new ArrayList<>(List.of("migrate", "--verify=off"));
      all.addAll(words);
      Usage before = source.usage();
      try (FramProcess fram = FramProcess.start(endpoints, jvm, all)) {
        double copied = fram.awaitPhase(PhaseName.CATCHING_UP);
        double ready = fram.awaitPhase(PhaseName.READY);
        ToolRun run = fram.measured(ready, Map.of("until_copied_seconds", copied));
        return new Sample(
            "fram " + words.getFirst(), round, run, source.usage().minus(before), Usage.NONE);
      } finally {
        FramProcess.complete(endpoints, "cancel");
        end(server);
      }
    }
  }

  /** A login that is there before and after the base backup, and a folder that may be replaced. */
  private FramEndpoints alike(PostgresServer server, FramEndpoints own) throws Exception {
    String password = arena.source().password();
    server.execute("postgres", "ALTER ROLE postgres PASSWORD '" + password + "'");
    Path data = server.dataFolder();
    for (String owner : List.of("unix:uid", "unix:gid")) {
      Files.setAttribute(data.getParent(), owner, Files.getAttribute(data, owner));
    }
    Map<String, String> environment = new TreeMap<>(own.environment());
    environment.put("FRAM_TARGET_PASSWORD", password);
    return new FramEndpoints(own.source(), own.target(), environment);
  }

  /** One that pg_ctl has started is not the test kit's any more. */
  private static void end(PostgresServer server) throws IOException, InterruptedException {
    Path file = server.dataFolder().resolve("postmaster.pid");
    if (Files.exists(file)) {
      String pid = Files.readAllLines(file).getFirst().strip();
      new ProcessBuilder("kill", "-QUIT", pid).start().waitFor();
      ProcessHandle.of(Long.parseLong(pid)).ifPresent(process -> process.onExit().join());
    }
  }
}
