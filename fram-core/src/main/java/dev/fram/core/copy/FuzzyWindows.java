// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.copy;

import dev.fram.api.change.Position;
import dev.fram.api.engine.TableState;
import dev.fram.api.model.TableId;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.Stopped;
import dev.fram.core.concurrent.WorkerGroup;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.FeedProgress;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the fuzzy windows of the copy: waits until the target has passed them all, stops applying at
 * the boundary of a batch, where the target shows exactly one moment of the source, and has built
 * what only such a moment can bear. May be done again after any crash: what is built stays. Runs in
 * the run's own thread; knows nothing of what is built.
 */
public final class FuzzyWindows {
  private static final Logger LOG = LoggerFactory.getLogger(FuzzyWindows.class);
  private static final String STEP = "late-indexes";
  private static final Duration LOOK = Duration.ofMillis(5);

  private final RunParts parts;
  private final FeedProgress progress;

  public FuzzyWindows(RunParts parts, FeedProgress progress) {
    this.parts = parts;
    this.progress = progress;
  }

  /** Returns when no table has a window any more; at once when none ever had one. */
  public void close(StopSignal signal) {
    List<TableState> fuzzy =
        parts.journal().store().tables().values().stream()
            .filter(state -> state.windowEnd().isPresent())
            .toList();
    if (fuzzy.isEmpty() || parts.journal().done(STEP)) {
      return;
    }
    LOG.info("{} tables were copied without a lock; catching up with their copy", fuzzy.size());
    for (TableState state : fuzzy) {
      Position end = state.windowEnd().orElseThrow();
      progress.awaitDurable(end, Duration.ofDays(3650), signal);
    }
    progress.pauseAtBoundary(signal);
    try {
      List<TableId> tables = fuzzy.stream().map(TableState::table).toList();
      parts.journal().step(STEP, "", () -> build(tables, signal));
    } finally {
      progress.pace(FeedProgress.Pace.FULL_BATCHES);
    }
  }

  private void build(List<TableId> tables, StopSignal signal) {
    IndexBuilder indexes = IndexBuilder.afterWindow(parts);
    tables.forEach(indexes::submit);
    try (WorkerGroup workers = new WorkerGroup(signal, parts.route()::close)) {
      for (int i = 1; i <= parts.settings().copy().indexJobs(); i++) {
        workers.start("late-index-" + i, () -> indexes.run(workers.signal()));
      }
      try {
        while (indexes.left() > 0) {
          workers.signal().pause(LOOK);
        }
      } catch (Stopped e) {
        workers.rethrow();
        throw e;
      }
    }
  }
}
