// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import dev.fram.core.figures.Amount;

/** At best and at worst, in milliseconds. */
public record TimeRange(long lowMillis, long highMillis) {
  /** A forecast's longer time is twice its shorter one: more would tell nobody anything. */
  private static final double EITHER_WAY = Math.sqrt(2);

  static TimeRange around(double seconds) {
    long low = Math.round(seconds / EITHER_WAY * 1000);
    return new TimeRange(low, 2 * low);
  }

  /** What takes less than a second takes nobody's time: how much less is not foretold. */
  static TimeRange roughly(double seconds) {
    return seconds < 1 / EITHER_WAY ? seconds(0, 1) : around(seconds);
  }

  static TimeRange seconds(double low, double high) {
    return new TimeRange(Math.round(low * 1000), Math.round(high * 1000));
  }

  /** {@code 4 min 10 s to 7 min}, or {@code less than 1 s}. */
  public String words() {
    String low = Amount.time(lowMillis);
    String high = Amount.time(highMillis);
    if (lowMillis == 0 && highMillis > 0) {
      return "less than " + high;
    }
    return low.equals(high) ? low : low + " to " + high;
  }
}
