// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.measure;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Contenders in turn, A B C A B C ...: what slows the machine for a while meets all of them. The
 * first of them is the one that the others are compared with.
 */
public final class Contest {
  private final Arena arena;
  private final List<Contender> contenders;
  private final PrintStream out;

  public Contest(Arena arena, List<Contender> contenders, PrintStream out) {
    this.arena = arena;
    this.contenders = List.copyOf(contenders);
    this.out = out;
  }

  /** A round to warm up that does not count, when there is one, and then those that do. */
  public List<Sample> run(Rounds rounds) throws Exception {
    ProcessTree.require(List.of(arena.sourcePid(), arena.targetPid()));
    List<Sample> samples = new ArrayList<>();
    for (int round = rounds.first(); rounds.wants(round); round++) {
      for (Contender contender : contenders) {
        Sample sample = measure(contender, round);
        out.printf(
            "round %d  %-34s %7.2f s   CPU %.1f / %.1f / %.1f s%n",
            round,
            contender.name(),
            sample.run().seconds(),
            sample.source().cpuSeconds(),
            sample.target().cpuSeconds(),
            sample.run().tool().cpuSeconds());
        if (round > 0) {
          samples.add(sample);
        }
      }
    }
    return samples;
  }

  private Sample measure(Contender contender, int round) throws Exception {
    ProcessTree source = new ProcessTree(arena.sourcePid());
    ProcessTree target = new ProcessTree(arena.targetPid());
    arena.prepare();
    try {
      Usage sourceBefore = source.usage();
      Usage targetBefore = target.usage();
      ToolRun run = contender.run();
      Sample sample =
          new Sample(
              contender.name(),
              round,
              run,
              source.usage().minus(sourceBefore),
              target.usage().minus(targetBefore));
      if (contender.fills()) {
        arena.check(contender.name());
      }
      return sample;
    } finally {
      contender.tidy();
    }
  }
}
