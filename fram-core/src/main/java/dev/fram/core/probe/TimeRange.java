// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import dev.fram.core.figures.Amount;

/** At best and at worst, in milliseconds. */
public record TimeRange(long lowMillis, long highMillis) {
  /** A forecast's longer time is twice its shorter one: more would tell nobody anything. */
  private static final double EITHER_WAY = Math.sqrt(2);

  static TimeRange around(double seconds) {
    return seconds(seconds / EITHER_WAY, seconds * EITHER_WAY);
  }

  static TimeRange seconds(double low, double high) {
    return new TimeRange(Math.round(low * 1000), Math.round(high * 1000));
  }

  /** {@code 4 min 10 s to 7 min}. */
  public String words() {
    String low = Amount.time(lowMillis);
    String high = Amount.time(highMillis);
    return low.equals(high) ? low : low + " to " + high;
  }
}
