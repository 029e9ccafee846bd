// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads times and sizes as people write them. A unit is always needed: 30 of what? */
public final class Amounts {
  private static final Pattern TIME = Pattern.compile("(?:[0-9]{1,9}(?:ms|s|m|h|d))+");
  private static final Pattern TIME_PART = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
  private static final Pattern SIZE =
      Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,6})?) ?([A-Za-z]+)");

  private static final Map<String, Long> TIME_UNITS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

  private static final Map<String, Long> SIZE_UNITS =
      Map.of(
          "b", 1L,
          "kb", 1_000L,
          "mb", 1_000_000L,
          "gb", 1_000_000_000L,
          "tb", 1_000_000_000_000L,
          "kib", 1L << 10,
          "mib", 1L << 20,
          "gib", 1L << 30,
          "tib", 1L << 40);

  private Amounts() {}

  /** {@code 500ms}, {@code 30s}, {@code 1h30m}; empty when it is not a time. */
  public static Optional<Duration> duration(String text) {
    if (!TIME.matcher(text).matches()) {
      return Optional.empty();
    }
    long millis = 0;
    Matcher part = TIME_PART.matcher(text);
    while (part.find()) {
      long unit = TIME_UNITS.getOrDefault(part.group(2), 0L);
      // Nine digits of days are below 2^57 ms; only a long row of parts could overflow.
      millis = Math.addExact(millis, Long.parseLong(part.group(1)) * unit);
      if (millis > TIME_UNITS.getOrDefault("d", 0L) * 36_500) {
        return Optional.empty();
      }
    }
    return Optional.of(Duration.ofMillis(millis));
  }

  /**
   * {@code 16MiB} (2^20), {@code 10GB} (10^9), {@code 1.5GB}; empty when it is not a whole number
   * of bytes. A bare {@code 10G} is refused because tools differ on what it means.
   */
  public static Optional<Long> bytes(String text) {
    Matcher match = SIZE.matcher(text);
    if (!match.matches()) {
      return Optional.empty();
    }
    Long unit = SIZE_UNITS.get(match.group(2).toLowerCase(Locale.ROOT));
    if (unit == null) {
      return Optional.empty();
    }
    BigDecimal bytes = new BigDecimal(match.group(1)).multiply(BigDecimal.valueOf(unit));
    try {
      return Optional.of(bytes.longValueExact());
    } catch (ArithmeticException e) {
      return Optional.empty(); // a part of a byte, or more than a long holds
    }
  }
}
