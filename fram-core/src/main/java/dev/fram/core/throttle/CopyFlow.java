// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.throttle;

import dev.fram.api.engine.CopyProgress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/** What all copying threads have moved so far, and where they have waited. Thread-safe. */
public final class CopyFlow {
  private final LongAdder bytes = new LongAdder();
  private final LongAdder rows = new LongAdder();
  private final LongAdder sourceNanos = new LongAdder();
  private final LongAdder targetNanos = new LongAdder();
  private final AtomicInteger active = new AtomicInteger();

  /**
   * Sums since the beginning.
   *
   * @param bytes bytes moved
   * @param rows rows moved
   * @param sourceNanos how long the threads have waited for the source, together
   * @param targetNanos the same for the target
   * @param active chunks that are being copied now
   */
  public record Totals(long bytes, long rows, long sourceNanos, long targetNanos, int active) {}

  /** A chunk's copy begins. */
  public void begin() {
    active.incrementAndGet();
  }

  /** It has ended, one way or the other. */
  public void end() {
    active.decrementAndGet();
  }

  /**
   * Counts one chunk's bytes, waits and rows.
   *
   * @param told told of the bytes too
   */
  public CopyProgress counting(LongConsumer told) {
    return new CopyProgress() {
      @Override
      public void accept(long passed) {
        bytes.add(passed);
        told.accept(passed);
      }

      @Override
      public void moved(long count, long source, long target) {
        rows.add(count);
        sourceNanos.add(source);
        targetNanos.add(target);
      }
    };
  }

  Totals totals() {
    return new Totals(bytes.sum(), rows.sum(), sourceNanos.sum(), targetNanos.sum(), active.get());
  }
}
