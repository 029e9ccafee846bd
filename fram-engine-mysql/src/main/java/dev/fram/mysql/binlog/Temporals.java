// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Dates and times as the server prints them, from their storage forms of 5.6.4 and later (the
 * server's {@code my_time.cc}) and the older ones that old tables keep. Nothing goes through a Java
 * date, which knows no zero day.
 */
final class Temporals {
  private static final long DATETIME_BIAS = 0x8000000000L;
  private static final long TIME_BIAS = 0x800000L;
  private static final String ZERO = "0000-00-00 00:00:00";

  private Temporals() {}

  /** Fifteen bits of year, four of month, five of day. */
  static String date(int packed) {
    StringBuilder text = new StringBuilder(10);
    day(text, packed >> 9, packed >> 5 & 15, packed & 31);
    return text.toString();
  }

  /** Five bytes, the highest first, then the fraction. */
  static String dateTime(LogBytes in, int decimals) {
    return dateTime(in.bigEndian(5) - DATETIME_BIAS, fraction(in, decimals), decimals);
  }

  /** Three bytes and the fraction; together one number that is negative as a whole. */
  static String time(LogBytes in, int decimals) {
    int bytes = (decimals + 1) / 2;
    long unit = 1L << (8 * bytes);
    long value = in.bigEndian(3 + bytes) - TIME_BIAS * unit;
    long size = Math.abs(value);
    long part = (size % unit) * scale(bytes);
    return time(value < 0, size / unit, part, decimals);
  }

  /** Seconds since 1970 in UTC, and the fraction; 0 is the zero date. */
  static String timestamp(LogBytes in, int decimals) {
    long seconds = in.bigEndian(4);
    long micros = fraction(in, decimals);
    StringBuilder text = new StringBuilder(seconds == 0 && micros == 0 ? ZERO : ofSeconds(seconds));
    decimals(text, micros, decimals);
    return text.toString();
  }

  /** TIMESTAMP of before 5.6.4. */
  static String ofSeconds(long seconds) {
    if (seconds == 0) {
      return ZERO;
    }
    LocalDateTime at = LocalDateTime.ofInstant(Instant.ofEpochSecond(seconds), ZoneOffset.UTC);
    StringBuilder text = new StringBuilder(26);
    day(text, at.getYear(), at.getMonthValue(), at.getDayOfMonth());
    clock(text.append(' '), at.getHour(), at.getMinute(), at.getSecond());
    return text.toString();
  }

  /** DATETIME of before 5.6.4: the digits as one number. */
  static String oldDateTime(long digits) {
    StringBuilder text = new StringBuilder(19);
    long date = digits / 1_000_000;
    long time = digits % 1_000_000;
    day(text, (int) (date / 10_000), (int) (date / 100 % 100), (int) (date % 100));
    clock(text.append(' '), time / 10_000, (int) (time / 100 % 100), (int) (time % 100));
    return text.toString();
  }

  /** TIME of before 5.6.4: the digits as one number. */
  static String oldTime(long digits) {
    long size = Math.abs(digits);
    StringBuilder text = new StringBuilder(digits < 0 ? "-" : "");
    clock(text, size / 10_000, (int) (size / 100 % 100), (int) (size % 100));
    return text.toString();
  }

  /** Seventeen bits of year times 13 plus month, five of day, five, six and six of the time. */
  static String dateTime(long packed, long micros, int decimals) {
    long months = packed >> 22;
    StringBuilder text = new StringBuilder(26);
    day(text, (int) (months / 13), (int) (months % 13), (int) (packed >> 17 & 31));
    clock(text.append(' '), packed >> 12 & 31, (int) (packed >> 6 & 63), (int) (packed & 63));
    decimals(text, micros, decimals);
    return text.toString();
  }

  /** Ten bits of hours (and one unused), six of minutes, six of seconds. */
  static String time(boolean negative, long packed, long micros, int decimals) {
    StringBuilder text = new StringBuilder(17);
    text.append(negative ? "-" : "");
    clock(text, packed >> 12 & 1023, (int) (packed >> 6 & 63), (int) (packed & 63));
    decimals(text, micros, decimals);
    return text.toString();
  }

  private static long fraction(LogBytes in, int decimals) {
    int bytes = (decimals + 1) / 2;
    return in.bigEndian(bytes) * scale(bytes);
  }

  /** One byte holds hundredths, two hold ten-thousandths, three hold millionths. */
  private static long scale(int bytes) {
    return switch (bytes) {
      case 1 -> 10_000;
      case 2 -> 100;
      default -> 1;
    };
  }

  private static void day(StringBuilder text, int year, int month, int day) {
    pad(text, year, 4).append('-');
    pad(text, month, 2).append('-');
    pad(text, day, 2);
  }

  private static void clock(StringBuilder text, long hours, int minutes, int seconds) {
    pad(text, hours, 2).append(':');
    pad(text, minutes, 2).append(':');
    pad(text, seconds, 2);
  }

  private static void decimals(StringBuilder text, long micros, int decimals) {
    if (decimals > 0) {
      StringBuilder six = pad(new StringBuilder(), micros, 6);
      text.append('.').append(six, 0, decimals);
    }
  }

  private static StringBuilder pad(StringBuilder text, long number, int digits) {
    String plain = Long.toString(number);
    return text.repeat('0', Math.max(0, digits - plain.length())).append(plain);
  }
}
