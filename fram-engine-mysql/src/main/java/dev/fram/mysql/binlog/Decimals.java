// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

/**
 * DECIMAL's storage form: nine digits to four bytes, left-over digits in fewer, the highest bit
 * turned over, negative numbers inverted (the server's {@code decimal2bin}).
 */
final class Decimals {
  private static final int GROUP = 9;
  private static final int[] BYTES = {0, 1, 1, 2, 2, 3, 3, 4, 4, 4};

  private Decimals() {}

  /** How many bytes a DECIMAL(precision, scale) takes. */
  static int size(int precision, int scale) {
    int whole = precision - scale;
    return whole / GROUP * 4 + BYTES[whole % GROUP] + scale / GROUP * 4 + BYTES[scale % GROUP];
  }

  static String read(LogBytes in, int precision, int scale) {
    byte[] bytes = in.take(size(precision, scale));
    boolean negative = (bytes[0] & 0x80) == 0;
    bytes[0] ^= (byte) 0x80;
    if (negative) {
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) ~bytes[i];
      }
    }
    LogBytes digits = new LogBytes(bytes);
    int whole = precision - scale;
    StringBuilder integral = new StringBuilder();
    group(digits, whole % GROUP, integral);
    for (int i = 0; i < whole / GROUP; i++) {
      group(digits, GROUP, integral);
    }
    StringBuilder fraction = new StringBuilder();
    for (int i = 0; i < scale / GROUP; i++) {
      group(digits, GROUP, fraction);
    }
    group(digits, scale % GROUP, fraction);
    return (negative ? "-" : "")
        + withoutLeadingZeros(integral)
        + (scale == 0 ? "" : "." + fraction);
  }

  private static void group(LogBytes in, int digits, StringBuilder text) {
    if (digits > 0) {
      String number = Long.toString(in.bigEndian(BYTES[digits]));
      text.repeat('0', digits - number.length()).append(number);
    }
  }

  private static String withoutLeadingZeros(StringBuilder digits) {
    int first = 0;
    while (first < digits.length() - 1 && digits.charAt(first) == '0') {
      first++;
    }
    return digits.isEmpty() ? "0" : digits.substring(first);
  }
}
