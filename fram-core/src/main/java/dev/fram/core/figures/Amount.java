// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.figures;

import java.util.Locale;

/** Bytes, times and rates as words of a sentence. Stateless. */
public final class Amount {
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};
  private static final long SECOND = 1_000;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;

  private Amount() {}

  /** {@code 760 MB}, {@code 1.2 GB} (powers of ten). */
  public static String bytes(double bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 999.5 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    return number(value, unit > 0) + " " + UNITS[unit];
  }

  public static String bytes(long bytes) {
    return bytes((double) bytes);
  }

  /** {@code 182 MB/s}. */
  public static String rate(double bytesPerSecond) {
    return bytes(bytesPerSecond) + "/s";
  }

  /** {@code 1,204}, {@code 3.4}: whole above ten. */
  public static String count(double count) {
    return number(count, count != Math.rint(count));
  }

  public static String count(long count) {
    return count((double) count);
  }

  /** {@code 0.18 ms}, {@code 4.2 ms}, {@code 310 ms}. */
  public static String latency(double millis) {
    return (millis < 1 ? String.format(Locale.ROOT, "%.2f", millis) : number(millis, true)) + " ms";
  }

  /** {@code 340 ms}, {@code 4.2 s}, {@code 2 min 5 s}, {@code 3 h 20 min}, {@code 2 d 4 h}. */
  public static String time(long millis) {
    if (millis < SECOND) {
      return millis + " ms";
    }
    if (millis < MINUTE) {
      return number(millis / 1000.0, millis < 10 * SECOND) + " s";
    }
    if (millis < HOUR) {
      return two(millis / MINUTE, "min", millis % MINUTE / SECOND, "s");
    }
    return millis < DAY
        ? two(millis / HOUR, "h", millis % HOUR / MINUTE, "min")
        : two(millis / DAY, "d", millis % DAY / HOUR, "h");
  }

  private static String number(double value, boolean decimals) {
    return String.format(Locale.ROOT, decimals && value < 9.95 ? "%.1f" : "%,.0f", value);
  }

  private static String two(long big, String bigUnit, long small, String smallUnit) {
    return small == 0 ? big + " " + bigUnit : big + " " + bigUnit + " " + small + " " + smallUnit;
  }
}
