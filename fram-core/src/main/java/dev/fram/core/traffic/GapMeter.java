// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.traffic;

/**
 * The longest time between two successes, and the failures in between. One thread tells, any may
 * ask.
 */
final class GapMeter {
  private long successes;
  private long failures;
  private long lastNanos;
  private long longestNanos;
  private String lastFailure = "";

  synchronized void success(long nanos) {
    if (successes > 0) {
      longestNanos = Math.max(longestNanos, nanos - lastNanos);
    }
    successes++;
    lastNanos = nanos;
  }

  synchronized void failure(String word) {
    failures++;
    lastFailure = word;
  }

  /** A gap that still lasts counts as far as it has come. */
  synchronized long longestMillis(long nowNanos) {
    long open = successes > 0 ? nowNanos - lastNanos : 0;
    return Math.max(longestNanos, open) / 1_000_000;
  }

  synchronized long successes() {
    return successes;
  }

  synchronized long failures() {
    return failures;
  }

  synchronized String lastFailure() {
    return lastFailure;
  }
}
