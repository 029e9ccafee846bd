// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.measure;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
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

  private final ScheduledFuture<?> looking;

  private MemoryWatch(ProcessTree tree) {
    this.tree = tree;
    this.looking = looks.scheduleWithFixedDelay(this::look, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Begins to look. */
  public static MemoryWatch of(ProcessTree tree) {
    return new MemoryWatch(tree);
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
    looking.cancel(false);
    looks.shutdown();
  }
}
