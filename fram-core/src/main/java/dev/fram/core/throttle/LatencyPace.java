// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.throttle;

/**
 * How many threads may copy, by how late the source answers: half as many at once when it answers
 * too late, one more after some windows in which it did not. Owned by one thread; knows numbers
 * only.
 */
final class LatencyPace {
  private static final int GOOD_WINDOWS = 3;

  /** Less than this is noise of the machine that asks. */
  private static final double NOISE_MILLIS = 0.2;

  private final int most;
  private final double limitMillis;
  private int workers;
  private int good;

  /**
   * @param most threads there are
   * @param beforeMillis how long an answer took before the copy
   * @param percent by how much longer it may take
   */
  LatencyPace(int most, double beforeMillis, int percent) {
    this.most = most;
    this.workers = most;
    this.limitMillis = beforeMillis + Math.max(NOISE_MILLIS, beforeMillis * percent / 100);
  }

  /** The longest that an answer may take. */
  double limitMillis() {
    return limitMillis;
  }

  /** Takes the median of a window; tells how many threads may copy from now on. */
  int take(double millis) {
    if (millis > limitMillis) {
      workers = Math.max(1, workers / 2);
      good = 0;
    } else if (++good >= GOOD_WINDOWS && workers < most) {
      workers++;
      good = 0;
    }
    return workers;
  }
}
