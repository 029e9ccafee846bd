// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.bus;

import java.util.ArrayDeque;
import java.util.Deque;

/** A rate over the last few seconds. Not thread-safe. */
final class Meter {
  private static final long WINDOW_NANOS = 5_000_000_000L;

  private final long window;

  private record Sample(long nanos, long total) {}

  private final Deque<Sample> samples = new ArrayDeque<>();

  Meter() {
    this(WINDOW_NANOS);
  }

  /**
   * @param window over how many nanoseconds
   */
  Meter(long window) {
    this.window = window;
  }

  /** Takes the running total as of now and returns its growth per second. */
  long rate(long nanos, long total) {
    samples.addLast(new Sample(nanos, total));
    while (samples.size() > 2 && nanos - samples.getFirst().nanos() > window) {
      samples.removeFirst();
    }
    Sample first = samples.getFirst();
    long passed = nanos - first.nanos();
    return passed <= 0 ? 0 : Math.max(0, (long) ((total - first.total()) * 1e9 / passed));
  }
}
