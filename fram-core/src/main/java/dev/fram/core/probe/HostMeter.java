// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import java.util.Arrays;

/** Measures the machine that Fram runs on, for a fraction of a second. Owned by one thread. */
final class HostMeter {
  private static final int STEPS = 10_000_000;

  /** The first ones are the compiler's. */
  private static final int WARM_UP = 2;

  private static final int TIMES = 9;

  private final Clock clock;
  private final StopSignal signal;
  private long state = 1;

  HostMeter(Clock clock, StopSignal signal) {
    this.clock = clock;
    this.signal = signal;
  }

  /** The median of a few. */
  HostFigures measure() {
    double[] found = new double[TIMES];
    for (int i = -WARM_UP; i < TIMES; i++) {
      signal.check();
      long began = clock.nanos();
      state = walk(state);
      long took = Math.max(1, clock.nanos() - began);
      if (i >= 0) {
        found[i] = STEPS * 1000.0 / took;
      }
    }
    Arrays.sort(found);
    return new HostFigures(found[TIMES / 2]);
  }

  /** D. Knuth's MMIX generator and a shift, so that no step can be left out. */
  private static long walk(long from) {
    long x = from;
    for (int i = 0; i < STEPS; i++) {
      x = x * 6364136223846793005L + 1442695040888963407L;
      x ^= x >>> 29;
    }
    return x;
  }
}
