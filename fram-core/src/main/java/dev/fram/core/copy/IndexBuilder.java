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

/**
 * Builds the indexes of tables that are copied, and readies them for the feed. {@link #submit} and
 * {@link #left} are for the coordinator; {@link #run} is what each index thread does. The queue
 * holds no more than the schema's indexes.
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
  private final TableLog log;
  private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();
  private final AtomicInteger tablesLeft = new AtomicInteger();

  IndexBuilder(RunParts parts, TableLog log) {
    this.parts = parts;
    this.log = log;
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
    List<IndexJob> jobs = parts.route().schema().indexes(table);
    if (jobs.isEmpty()) {
      queue.add(new Work.Finish(table));
    }
    AtomicInteger jobsLeft = new AtomicInteger(jobs.size());
    jobs.forEach(job -> queue.add(new Work.Build(job, jobsLeft)));
  }

  private void build(Work.Build build) {
    parts.route().schema().build(build.job());
    if (build.jobsLeft().decrementAndGet() == 0) {
      queue.add(new Work.Finish(build.job().table()));
    }
  }

  private void ready(TableId table) {
    parts.route().schema().analyze(table);
    log.ready(table);
    parts.bus().publish(new RunEvent.TableBusy(table, ""));
    tablesLeft.decrementAndGet();
  }
}
