// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.copy;

import dev.fram.api.engine.SchemaTransfer.IndexJob;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.Retries;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.run.RunParts;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Builds the indexes of tables, of several at a time. {@link #submit} and {@link #left} are for the
 * coordinator; {@link #run} is what each index thread does. The queue holds no more than the
 * schema's indexes.
 */
final class IndexBuilder {
  /** Work for an index thread. */
  private sealed interface Work {
    /** Find out what there is to build. */
    record Look(TableId table) implements Work {}

    record Build(IndexJob job, AtomicInteger jobsLeft) implements Work {}

    /** Everything is built. */
    record Finish(TableId table) implements Work {}
  }

  private final RunParts parts;
  private final Function<TableId, List<IndexJob>> jobs;
  private final Consumer<TableId> last;
  private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();
  private final AtomicInteger tablesLeft = new AtomicInteger();

  private IndexBuilder(
      RunParts parts, Function<TableId, List<IndexJob>> jobs, Consumer<TableId> last) {
    this.parts = parts;
    this.jobs = jobs;
    this.last = last;
  }

  /** Builds what may stand while changes are applied; afterwards the table may follow the feed. */
  static IndexBuilder afterCopy(RunParts parts, TableLog log) {
    return new IndexBuilder(
        parts,
        table -> parts.route().schema().indexes(table),
        table -> {
          parts.route().schema().analyze(table);
          log.ready(table);
        });
  }

  /** Builds what had to wait for the end of the fuzzy window. */
  static IndexBuilder afterWindow(RunParts parts) {
    return new IndexBuilder(parts, table -> parts.route().schema().lateIndexes(table), table -> {});
  }

  void submit(TableId table) {
    tablesLeft.incrementAndGet();
    queue.add(new Work.Look(table));
  }

  /** How many tables are not ready yet. */
  int left() {
    return tablesLeft.get();
  }

  void run(StopSignal signal) {
    try {
      while (!signal.raised()) {
        Work work = queue.poll(20, TimeUnit.MILLISECONDS);
        if (work != null) {
          insist(work, signal);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Every piece of work may be done twice: what is there and valid is left as it is. */
  private void insist(Work work, StopSignal signal) {
    Retries retries = parts.retries();
    while (true) {
      try {
        perform(work);
        return;
      } catch (FramException e) {
        signal.pause(retries.after(e));
      }
    }
  }

  private void perform(Work work) {
    switch (work) {
      case Work.Look look -> look(look.table());
      case Work.Build build -> build(build);
      case Work.Finish finish -> ready(finish.table());
    }
  }

  private void look(TableId table) {
    parts.bus().publish(new RunEvent.TableBusy(table, "index"));
    List<IndexJob> found = jobs.apply(table);
    if (found.isEmpty()) {
      queue.add(new Work.Finish(table));
    }
    AtomicInteger jobsLeft = new AtomicInteger(found.size());
    found.forEach(job -> queue.add(new Work.Build(job, jobsLeft)));
  }

  private void build(Work.Build build) {
    parts.route().schema().build(build.job());
    if (build.jobsLeft().decrementAndGet() == 0) {
      queue.add(new Work.Finish(build.job().table()));
    }
  }

  private void ready(TableId table) {
    last.accept(table);
    parts.bus().publish(new RunEvent.TableBusy(table, ""));
    tablesLeft.decrementAndGet();
  }
}
