// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Looks at SQL that a server has printed (SHOW CREATE), and knows one thing of it: what stands in
 * quotes. Everything is in backticks, strings escape with a backslash or by doubling: the sessions
 * that read have neither ANSI_QUOTES nor NO_BACKSLASH_ESCAPES.
 */
final class SqlText {
  private static final char FILLER = '.';

  private SqlText() {}

  /** The same text, as long as before, with a filler for every character in quotes. */
  static String outside(String text) {
    return outside(text, SqlText::afterQuoted);
  }

  /**
   * The same for a text whose end is a user's own words (a body), where a quote in a comment need
   * not be closed: right up to there, and as if quoted from there on.
   */
  static String outsideHead(String text) {
    return outside(
        text, (whole, start) -> closingQuote(whole, start).map(i -> i + 1).orElse(whole.length()));
  }

  private static String outside(String text, BiFunction<String, Integer, Integer> after) {
    StringBuilder bare = new StringBuilder(text);
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c == '`' || c == '\'' || c == '"') {
        int end = after.apply(text, i);
        for (int j = i + 1; j < end - 1; j++) {
          bare.setCharAt(j, FILLER);
        }
        i = end;
      } else {
        i++;
      }
    }
    return bare.toString();
  }

  /** The index after the quoted piece that begins at {@code start}. */
  static int afterQuoted(String text, int start) {
    return closingQuote(text, start)
            .orElseThrow(() -> new IllegalArgumentException("a quote is not closed"))
        + 1;
  }

  private static Optional<Integer> closingQuote(String text, int start) {
    char quote = text.charAt(start);
    int i = start + 1;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c == '\\' && quote != '`') {
        i += 2;
      } else if (c == quote && i + 1 < text.length() && text.charAt(i + 1) == quote) {
        i += 2;
      } else if (c == quote) {
        return Optional.of(i);
      } else {
        i++;
      }
    }
    return Optional.empty();
  }

  /** The index of the parenthesis that closes the one at {@code open}. */
  static int closing(String outside, int open) {
    int depth = 0;
    for (int i = open; i < outside.length(); i++) {
      char c = outside.charAt(i);
      if (c == '(') {
        depth++;
      } else if (c == ')' && --depth == 0) {
        return i;
      }
    }
    throw new IllegalArgumentException("a parenthesis is not closed");
  }

  /** The pieces between commas that are in no parentheses and no quotes, stripped. */
  static List<String> pieces(String text) {
    String outside = outside(text);
    List<String> pieces = new ArrayList<>();
    int depth = 0;
    int begin = 0;
    for (int i = 0; i < outside.length(); i++) {
      char c = outside.charAt(i);
      if (c == '(') {
        depth++;
      } else if (c == ')') {
        depth--;
      } else if (c == ',' && depth == 0) {
        pieces.add(text.substring(begin, i).strip());
        begin = i + 1;
      }
    }
    pieces.add(text.substring(begin).strip());
    return pieces;
  }

  /** The name in backticks that begins at {@code start}. */
  static String identifier(String text, int start) {
    if (text.charAt(start) != '`') {
      throw new IllegalArgumentException("no quoted name at " + start);
    }
    return text.substring(start + 1, afterQuoted(text, start) - 1).replace("``", "`");
  }

  /** Without the characters from {@code begin} to {@code end}. */
  static String without(String text, int begin, int end) {
    return text.substring(0, begin) + text.substring(end);
  }
}
