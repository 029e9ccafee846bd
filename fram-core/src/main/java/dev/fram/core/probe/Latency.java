// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import java.util.Arrays;

/**
 * How long one thing took, done again and again by one session, each after the other.
 *
 * @param samples how often
 * @param p50Millis half of them took no longer
 * @param p99Millis 99 of 100 took no longer
 * @param perSecond how many a second
 */
public record Latency(long samples, double p50Millis, double p99Millis, double perSecond) {
  static Latency of(long[] nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    long sum = Arrays.stream(sorted).sum();
    return new Latency(
        sorted.length,
        at(sorted, 0.50) / 1e6,
        at(sorted, 0.99) / 1e6,
        sum == 0 ? 0 : sorted.length * 1e9 / sum);
  }

  private static long at(long[] sorted, double share) {
    return sorted[(int) Math.min(sorted.length - 1L, (long) Math.floor(sorted.length * share))];
  }
}
