// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * The character sets a session may write statements in, by the number of a collation (the table
 * {@code information_schema.COLLATIONS}).
 */
final class ClientCharsets {
  private ClientCharsets() {}

  static Charset of(int collation) {
    return switch (collation) {
      case 5, 8, 15, 31, 47, 48, 49, 94 -> Charset.forName("windows-1252");
      case 11, 65 -> StandardCharsets.US_ASCII;
      case 2, 9, 21, 27, 77 -> Charset.forName("ISO-8859-2");
      case 26, 34, 44, 66, 99 -> Charset.forName("windows-1250");
      case 14, 23, 50, 51, 52 -> Charset.forName("windows-1251");
      case 7, 74 -> Charset.forName("KOI8-R");
      case 28, 87 -> Charset.forName("GBK");
      case 24, 86 -> Charset.forName("GB2312");
      case 248, 249, 250 -> Charset.forName("GB18030");
      case 1, 84 -> Charset.forName("Big5");
      case 13, 88 -> Charset.forName("Shift_JIS");
      case 95, 96 -> Charset.forName("windows-31j");
      case 12, 91 -> Charset.forName("EUC-JP");
      case 19, 85 -> Charset.forName("EUC-KR");
      default -> StandardCharsets.UTF_8;
    };
  }
}
