// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.copy;

import dev.fram.api.engine.TableState.Stage;
import dev.fram.api.model.Table;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.Stopped;
import dev.fram.core.concurrent.WorkerGroup;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.FeedProgress;
import dev.fram.core.throttle.CopyFlow;
import dev.fram.core.throttle.LatencyWatch;
import dev.fram.core.throttle.Pace;
import dev.fram.core.throttle.ThrottleWatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;

/**
 * The whole initial transfer, from wherever an earlier run has left it: copiers, index threads and
 * the coordinator that leads them in the caller's thread. Tables that are finished are not touched.
 */
public final class Copying {
  private final RunParts parts;
  private final FeedProgress progress;
  private final TableLog log;
  private final Pace pace;

  /**
   * @param pace how fast it may go
   */
  public Copying(RunParts parts, FeedProgress progress, TableLog log, Pace pace) {
    this.parts = parts;
    this.progress = progress;
    this.log = log;
    this.pace = pace;
  }

  /** Returns when every table is ready to follow. */
  public void run(List<Table> tables, StopSignal signal) {
    CopyFlow flow = new CopyFlow();
    IndexBuilder indexes = IndexBuilder.afterCopy(parts, log);
    CopyPlan plan = new CopyPlan(parts.settings().copy().groupBytes(), needCopy(tables, indexes));
    Coordinator.Lines lines =
        new Coordinator.Lines(plan, new LinkedBlockingQueue<>(), new LinkedBlockingQueue<>(), pace);
    try (WorkerGroup workers = new WorkerGroup(signal, parts.route()::close);
        Coordinator coordinator = new Coordinator(parts, progress, log, lines)) {
      watchLatency(workers);
      for (int i = 1; i <= parts.settings().copy().jobs(); i++) {
        Copier copier = new Copier(parts, progress, lines, workers.signal(), flow);
        workers.start("copy-" + i, copier::run);
      }
      for (int i = 1; i <= parts.settings().copy().indexJobs(); i++) {
        workers.start("index-" + i, () -> indexes.run(workers.signal()));
      }
      ThrottleWatch watch =
          new ThrottleWatch(
              parts.route(), parts.bus(), parts.clock(), flow, parts.settings().rhythm().status());
      workers.start("throttle", () -> watch.run(workers.signal()));
      lead(coordinator, indexes, workers);
    }
  }

  /** What is usual is measured before the first thread copies. */
  private void watchLatency(WorkerGroup workers) {
    parts
        .settings()
        .guard()
        .mostLatency()
        .ifPresent(percent -> {
          LatencyWatch watch =
              new LatencyWatch(
                  parts.route(),
                  parts.bus(),
                  parts.clock(),
                  pace,
                  parts.settings().rhythm().status(),
                  percent);
          double before = watch.before(workers.signal());
          workers.start("pace", () -> watch.run(before, workers.signal()));
        });
  }

  private static void lead(Coordinator coordinator, IndexBuilder indexes, WorkerGroup workers) {
    try {
      coordinator.lead(indexes, workers.signal());
    } catch (Stopped e) {
      workers.rethrow();
      throw e;
    }
  }

  /** A bond counts only whole: when one of its tables is not copied, all of them are copied. */
  private List<Table> needCopy(List<Table> tables, IndexBuilder indexes) {
    Set<String> torn =
        tables.stream()
            .filter(this::lacks)
            .flatMap(table -> table.bond().stream())
            .collect(Collectors.toSet());
    List<Table> wanted = new ArrayList<>();
    for (Table table : tables) {
      if (lacks(table) || (follows(table) && table.bond().filter(torn::contains).isPresent())) {
        wanted.add(table);
      } else if (log.state(table.id()).stage() != Stage.READY_TO_FOLLOW) {
        indexes.submit(table.id());
      }
    }
    return wanted;
  }

  private boolean lacks(Table table) {
    return switch (log.state(table.id()).stage()) {
      case PENDING, COPYING -> follows(table);
      case COPIED, READY_TO_FOLLOW -> false;
    };
  }

  private static boolean follows(Table table) {
    return table.transfer() == Table.Transfer.COPY_AND_FOLLOW;
  }
}
