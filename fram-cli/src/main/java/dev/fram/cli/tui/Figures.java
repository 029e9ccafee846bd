// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import dev.fram.api.status.Status;
import java.util.Locale;
import java.util.Optional;

/** Writes numbers for people: short, with their unit, always in the same form. */
public final class Figures {
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};
  private static final long SECOND = 1_000;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;

  private Figures() {}

  /** {@code 1,204,331}; "?" when unknown. */
  public static String count(long number) {
    return number < 0 ? "?" : String.format(Locale.ROOT, "%,d", number);
  }

  /** {@code 760 MB}, {@code 1.2 GB} (powers of ten); "?" when unknown. */
  public static String bytes(long bytes) {
    if (bytes < 0) {
      return "?";
    }
    double value = bytes;
    int unit = 0;
    while (value >= 999.5 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    boolean decimal = unit > 0 && value < 9.95;
    return String.format(Locale.ROOT, decimal ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
  }

  /** {@code 340 ms}, {@code 4.2 s}, {@code 2 min 5 s}, {@code 3 h 20 min}, {@code 2 d 4 h}. */
  public static String time(long millis) {
    if (millis < 0) {
      return "?";
    }
    if (millis < SECOND) {
      return millis + " ms";
    }
    if (millis < MINUTE) {
      return millis < 10 * SECOND
          ? String.format(Locale.ROOT, "%d.%d s", millis / SECOND, millis % SECOND / 100)
          : millis / SECOND + " s";
    }
    if (millis < HOUR) {
      return two(millis / MINUTE, "min", millis % MINUTE / SECOND, "s");
    }
    return millis < DAY
        ? two(millis / HOUR, "h", millis % HOUR / MINUTE, "min")
        : two(millis / DAY, "d", millis % DAY / HOUR, "h");
  }

  /** {@code 00:01:23}, for a clock that runs. */
  public static String clock(long millis) {
    long seconds = Math.max(0, millis) / SECOND;
    return String.format(
        Locale.ROOT, "%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  /** {@code 54 %}; never 100 before the end; "?" when the whole is unknown. */
  public static String percent(long part, long whole) {
    return whole <= 0 ? "?" : percentage(part, whole) + " %";
  }

  /** Whole percent, rounded down, so that 100 means all of it. */
  public static int percentage(long part, long whole) {
    if (whole <= 0) {
      return 0;
    }
    double share = Math.max(0, Math.min(1, (double) part / whole));
    return part >= whole ? 100 : (int) Math.min(99, share * 100);
  }

  private static String two(long big, String bigUnit, long small, String smallUnit) {
    return small == 0 ? big + " " + bigUnit : big + " " + bigUnit + " " + small + " " + smallUnit;
  }

  /** How long copy and indexes take; empty once they are done. */
  public static Optional<String> left(Status.Eta eta) {
    if (!eta.known()) {
      return Optional.of("time left: measuring");
    }
    if (eta.highMillis() == 0) {
      return Optional.empty();
    }
    String low = time(eta.lowMillis());
    String high = time(eta.highMillis());
    return Optional.of(
        (low.equals(high) ? "about " + low : low + " to " + high)
            + " left"
            + switch (eta.of()) {
              case COPY -> ", indexes not counted";
              case COPY_AND_INDEXES -> "";
            });
  }

  /** How long nobody could write, in one line. */
  public static String blocked(Status status) {
    long millis = status.cutover().map(Status.Cutover::writeBlockMillis).orElse(-1L);
    return millis < 0
        ? "how long writes were blocked is not known, because the run that blocked them ended"
        : "writes were blocked for " + time(millis);
  }

  /** What a client has seen, in one line. */
  public static String probe(Status.Probe probe) {
    long errors = probe.writeErrors() + probe.readErrors();
    String waited =
        probe.longestWriteGapMillis() < 0
            ? "how long a client waited is not known, because the run that measured it ended within"
                + " the cutover; since then "
            : "a client waited at most "
                + time(probe.longestWriteGapMillis())
                + " to write, "
                + time(probe.longestReadGapMillis())
                + " to read; ";
    return waited
        + (errors == 0
            ? "no error"
            : count(errors)
                + (errors == 1 ? " error" : " errors")
                + ", the last "
                + probe.lastError());
  }
}
