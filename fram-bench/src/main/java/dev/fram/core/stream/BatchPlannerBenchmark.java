// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.run.MigrationSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Transactions of four rows through backlog and planner; in this package because both are its. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class BatchPlannerBenchmark {
  private static final int TRANSACTIONS = 10_000;

  private static final int ROWS = 4;

  /** More than a batch holds. */
  private static final int REST = 12_000;

  /** A place in a made-up log. */
  private record Place(long at) implements Position {
    @Override
    public String text() {
      return Long.toString(at);
    }

    @Override
    public boolean covers(Position other) {
      return at >= ((Place) other).at();
    }
  }

  private final List<FeedEvent> events = events();
  private final Backlog backlog;
  private final BatchPlanner planner;
  private long waiting;

  /** Makes the backlog's folder, which stays empty. */
  public BatchPlannerBenchmark() {
    MigrationSettings.Stream limits = MigrationSettings.defaults().stream();
    try {
      backlog =
          new Backlog(
              limits,
              Files.createTempDirectory("fram-bench-backlog-"),
              text -> new Place(Long.parseLong(text)));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    Clock clock = Clock.system();
    planner =
        new BatchPlanner(
            backlog, new FeedProgress(clock, new RecentTransactions(0)), limits, clock);
  }

  private static List<FeedEvent> events() {
    List<FeedEvent> all = new ArrayList<>();
    for (int i = 1; i <= TRANSACTIONS; i++) {
      all.add(new FeedEvent.Begin(i, new byte[20]));
      for (int row = 0; row < ROWS; row++) {
        all.add(new FeedEvent.Row(new byte[120]));
      }
      all.add(new FeedEvent.Commit(new Place(i), new byte[20]));
    }
    return all;
  }

  /** A row change. A rest stays for the next time: the planner would wait for it to grow. */
  @Benchmark
  @OperationsPerInvocation(TRANSACTIONS * ROWS)
  public long planRow() {
    events.forEach(backlog::put);
    waiting += TRANSACTIONS;
    while (waiting > REST) {
      Optional<Batch> batch = planner.next();
      if (batch.isPresent() && batch.get() instanceof Batch.Whole whole) {
        waiting -= whole.transactions();
      }
    }
    return waiting;
  }
}
