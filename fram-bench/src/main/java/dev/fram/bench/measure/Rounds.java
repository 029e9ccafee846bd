// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.measure;

import java.time.Duration;

/**
 * How often everything is done.
 *
 * @param warmUps rounds before, which do not count
 * @param counted rounds that count, unless the time is up
 * @param limit no round is begun after this when one has counted
 * @param began when the limit began to run, as System.nanoTime
 */
public record Rounds(int warmUps, int counted, Duration limit, long began) {
  public int first() {
    return 1 - warmUps;
  }

  /** Whether this round is to be begun. */
  public boolean wants(int round) {
    boolean late = System.nanoTime() - began > limit.toNanos();
    return round <= counted && !(late && round > 1);
  }

  /** The same time, several times as many rounds. */
  public Rounds times(int factor) {
    return new Rounds(warmUps * factor, counted * factor, limit, began);
  }
}
