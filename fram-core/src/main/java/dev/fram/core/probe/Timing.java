// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import java.time.Duration;
import java.util.Arrays;

/** Does one thing again and again and looks at the clock. Owned by the thread that works. */
final class Timing {
  /** First ones pay for what later ones find ready: plans, caches, the compiler. */
  private static final int WARM_UP = 5;

  private final Clock clock;
  private final StopSignal signal;

  Timing(Clock clock, StopSignal signal) {
    this.clock = clock;
    this.signal = signal;
  }

  /** At least one time, until the time or the number is used up. */
  Latency each(Duration limit, int most, Runnable work) {
    long[] took = new long[Math.min(most, 1024)];
    int count = 0;
    long end = clock.nanos() + limit.toNanos();
    for (int i = 0; i < WARM_UP && clock.nanos() < end; i++) {
      signal.check();
      work.run();
    }
    do {
      signal.check();
      if (count == took.length) {
        took = Arrays.copyOf(took, Math.min(most, 2 * count));
      }
      long began = clock.nanos();
      work.run();
      took[count++] = clock.nanos() - began;
    } while (count < most && clock.nanos() < end);
    return Latency.of(Arrays.copyOf(took, count));
  }
}
