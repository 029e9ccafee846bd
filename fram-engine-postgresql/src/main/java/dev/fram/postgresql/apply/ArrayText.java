// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.postgresql.pgoutput.Tuple;
import java.util.List;
import java.util.function.Function;

/** Writes array constants (manual 8.15.2): every element in quotes, so that nothing is special. */
public final class ArrayText {
  private ArrayText() {}

  /** One column of many rows; a hole becomes NULL. */
  static String of(List<Tuple> rows, int column, char delimiter) {
    return of(rows, column, delimiter, row -> row.text(column));
  }

  /** The same with one character for each byte. */
  static String raw(List<Tuple> rows, int column, char delimiter) {
    return of(rows, column, delimiter, row -> row.rawText(column));
  }

  private static String of(
      List<Tuple> rows, int column, char delimiter, Function<Tuple, String> value) {
    StringBuilder text = new StringBuilder("{");
    for (Tuple row : rows) {
      if (text.length() > 1) {
        text.append(delimiter);
      }
      if (row.isNull(column) || row.isHole(column)) {
        text.append("NULL");
      } else {
        append(text, value.apply(row));
      }
    }
    return text.append('}').toString();
  }

  /** Texts that may hold anything. */
  public static String of(List<String> values, char delimiter) {
    StringBuilder text = new StringBuilder("{");
    for (String value : values) {
      if (text.length() > 1) {
        text.append(delimiter);
      }
      append(text, value);
    }
    return text.append('}').toString();
  }

  /** Texts that need no quotes. */
  static String plain(List<String> values) {
    return "{" + String.join(",", values) + "}";
  }

  private static void append(StringBuilder text, String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\');
      }
      text.append(c);
    }
    text.append('"');
  }
}
