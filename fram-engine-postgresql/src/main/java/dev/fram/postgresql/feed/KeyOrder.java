// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.feed;

import java.time.LocalDate;
import java.util.Comparator;

/**
 * The orders of key types that are the same here as on the server. Text is not among them: its
 * order depends on a collation. The texts are those of the fixed session settings (ISO dates).
 */
public enum KeyOrder {
  INTEGER(Comparator.comparingLong(Long::parseLong)),
  /** The server compares the 16 bytes; its text is lower-case hex at fixed places. */
  UUID(Comparator.naturalOrder()),
  DATE(Comparator.comparing(KeyOrder::day)),
  TIMESTAMP(Comparator.comparing(KeyOrder::dayOfTimestamp).thenComparing(KeyOrder::timeOfDay));

  private final Comparator<String> comparator;

  KeyOrder(Comparator<String> comparator) {
    this.comparator = comparator;
  }

  /**
   * @throws IllegalArgumentException when the type has no order here
   */
  public static KeyOrder of(String type) {
    return switch (type) {
      case "int2", "int4", "int8" -> INTEGER;
      case "uuid" -> UUID;
      case "date" -> DATE;
      case "timestamp" -> TIMESTAMP;
      // All sessions run in UTC, so that the offset at the end is always the same (+00).
      case "timestamptz" -> TIMESTAMP;
      default -> throw new IllegalArgumentException("no key chunks by " + type);
    };
  }

  public int compare(String one, String other) {
    return comparator.compare(one, other);
  }

  private static LocalDate day(String text) {
    if (text.equals("infinity")) {
      return LocalDate.MAX;
    }
    if (text.equals("-infinity")) {
      return LocalDate.MIN;
    }
    boolean beforeChrist = text.endsWith(" BC");
    String plain = beforeChrist ? text.substring(0, text.length() - 3) : text;
    int lastDash = plain.lastIndexOf('-');
    int dash = plain.lastIndexOf('-', lastDash - 1);
    int year = Integer.parseInt(plain.substring(0, dash));
    return LocalDate.of(
        beforeChrist ? 1 - year : year,
        Integer.parseInt(plain.substring(dash + 1, lastDash)),
        Integer.parseInt(plain.substring(lastDash + 1)));
  }

  private static LocalDate dayOfTimestamp(String text) {
    int blank = text.indexOf(' ');
    if (blank < 0) {
      return day(text);
    }
    return day(text.substring(0, blank) + (text.endsWith(" BC") ? " BC" : ""));
  }

  /** {@code 04:05:06.789}: digits at fixed places, trailing zeros of the fraction left out. */
  private static String timeOfDay(String text) {
    int blank = text.indexOf(' ');
    if (blank < 0) {
      return "";
    }
    int end = blank + 1;
    while (end < text.length() && ":.0123456789".indexOf(text.charAt(end)) >= 0) {
      end++;
    }
    return text.substring(blank + 1, end);
  }
}
