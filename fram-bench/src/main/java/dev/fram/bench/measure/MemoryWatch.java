// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.measure;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Looks ten times a second at how much memory a tool's processes have had at most. */
public final class MemoryWatch implements AutoCloseable {
  private static final long EVERY_MILLIS = 100;

  private final ProcessTree tree;
  private final AtomicLong peak = new AtomicLong();
  private final ScheduledExecutorService looks =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("memory-watch").daemon().factory());

  private MemoryWatch(ProcessTree tree) {
    this.tree = tree;
  }

  /** Begins to look. */
  public static MemoryWatch of(ProcessTree tree) {
    MemoryWatch watch = new MemoryWatch(tree);
    watch.looks.scheduleWithFixedDelay(watch::look, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    return watch;
  }

  private void look() {
    peak.accumulateAndGet(tree.peakMemory(), Math::max);
  }

  /** Bytes, so far. */
  public long peak() {
    return peak.get();
  }

  @Override
  public void close() {
    looks.shutdownNow();
  }
}
