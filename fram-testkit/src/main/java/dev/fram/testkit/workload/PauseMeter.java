// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The longest time between two acknowledgements of one writer, by the monotonic clock. The writer
 * tells, anybody asks or resets.
 */
final class PauseMeter {
  private final AtomicLong last = new AtomicLong(System.nanoTime());
  private final AtomicLong longest = new AtomicLong();

  void acknowledged() {
    long now = System.nanoTime();
    long pause = now - last.getAndSet(now);
    longest.accumulateAndGet(pause, Math::max);
  }

  void reset() {
    last.set(System.nanoTime());
    longest.set(0);
  }

  /** In milliseconds; the pause that is going on counts. */
  long longestMillis() {
    return TimeUnit.NANOSECONDS.toMillis(Math.max(longest.get(), System.nanoTime() - last.get()));
  }

  /** In milliseconds; after the writer has ended. */
  long finishedMillis() {
    return TimeUnit.NANOSECONDS.toMillis(longest.get());
  }
}
