// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.apply;

import dev.fram.bench.data.BenchArena;
import dev.fram.bench.data.Workload;
import dev.fram.bench.measure.ProcessTree;
import dev.fram.bench.measure.Rounds;
import dev.fram.bench.measure.Sample;
import dev.fram.bench.measure.ToolRun;
import dev.fram.bench.measure.Usage;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * All followers stand still while changes are written to the source; then one after another goes on
 * until its target shows the last of these changes. All of them apply the very same changes, one at
 * a time, and each round begins with another one.
 */
public final class Race {
  private static final long LIMIT_SECONDS = 300;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final BenchArena arena;
  private final List<Follower> followers;
  private final PrintStream out;
  private long mark;

  public Race(BenchArena arena, List<Follower> followers, PrintStream out) {
    this.arena = arena;
    this.followers = List.copyOf(followers);
    this.out = out;
  }

  /** Some rounds of one workload, in the followers' own order. */
  public List<Sample> run(Workload workload, int transactions, Rounds rounds) throws Exception {
    List<Sample> samples = new ArrayList<>();
    for (int round = rounds.first(); rounds.wants(round); round++) {
      for (Follower follower : followers) {
        follower.pause();
      }
      mark++;
      arena.write(workload, transactions, mark);
      List<Follower> order = new ArrayList<>(followers);
      Collections.rotate(order, -Math.floorMod(round, followers.size()));
      for (Follower follower : order) {
        Sample sample = catchUp(follower, round, transactions);
        out.printf(
            "round %d  %-10s %-26s %7.2f s  %9.0f /s%n",
            round,
            workload.word(),
            follower.name(),
            sample.run().seconds(),
            transactions / sample.run().seconds());
        if (round > 0) {
          samples.add(sample);
        }
      }
    }
    List<String> names = followers.stream().map(Follower::name).toList();
    samples.sort(java.util.Comparator.comparingInt(s -> names.indexOf(s.contender())));
    return samples;
  }

  private Sample catchUp(Follower follower, int round, int transactions) throws Exception {
    ProcessTree source = new ProcessTree(arena.sourcePid());
    ProcessTree target = new ProcessTree(follower.targetPid());
    try (Connection connection = follower.connect();
        Statement statement = connection.createStatement()) {
      Usage sourceBefore = source.usage();
      Usage targetBefore = target.usage();
      Usage toolBefore = follower.toolUsage();
      long began = System.nanoTime();
      follower.resume();
      awaitMark(follower, statement);
      double seconds = (System.nanoTime() - began) / 1e9;
      Map<String, Double> figures = new TreeMap<>(follower.figures());
      figures.put("per_second", transactions / seconds);
      ToolRun run =
          new ToolRun(
              seconds, follower.toolUsage().minus(toolBefore), follower.toolPeak(), figures);
      return new Sample(
          follower.name(),
          round,
          run,
          source.usage().minus(sourceBefore),
          target.usage().minus(targetBefore));
    }
  }

  private void awaitMark(Follower follower, Statement statement) throws SQLException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (mark(statement) < mark) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(follower.name() + " did not catch up in time");
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private static long mark(Statement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery("SELECT round FROM marker WHERE id = 1")) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }
}
