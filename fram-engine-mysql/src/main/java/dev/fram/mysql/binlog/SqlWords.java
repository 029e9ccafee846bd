// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A statement cut into words: comments left out, but what stands in an executable comment taken in.
 * No parser: only enough to tell what kind of statement it is and which names it holds.
 */
final class SqlWords {

  /** What a piece of a statement is. */
  enum Kind {
    WORD,
    /** An identifier in backticks. */
    QUOTED,
    STRING,
    SYMBOL
  }

  /** One piece; a word's text is as written, a quoted one's without the quotes. */
  record Word(Kind kind, String text) {
    boolean is(String keyword) {
      return kind == Kind.WORD && text.equalsIgnoreCase(keyword);
    }

    boolean symbol(char c) {
      return kind == Kind.SYMBOL && text.charAt(0) == c;
    }

    boolean name() {
      return kind == Kind.WORD || kind == Kind.QUOTED;
    }
  }

  private final String sql;
  private final List<Word> words = new ArrayList<>();
  private int at;

  private SqlWords(String sql) {
    this.sql = sql;
  }

  /** At most so many words, from the beginning. */
  static List<Word> of(String sql, int most) {
    SqlWords scan = new SqlWords(sql);
    while (scan.words.size() < most && scan.at < sql.length()) {
      scan.next();
    }
    return scan.words;
  }

  /** The statement's first word in capitals; empty when it has none. */
  static String first(List<Word> words) {
    return words.isEmpty() || words.get(0).kind != Kind.WORD
        ? ""
        : words.get(0).text.toUpperCase(Locale.ROOT);
  }

  private void next() {
    char c = sql.charAt(at);
    if (Character.isWhitespace(c)) {
      at++;
    } else if (c == '#' || lineComment()) {
      at = until("\n", at);
    } else if (sql.startsWith("/*", at)) {
      comment();
    } else if (sql.startsWith("*/", at)) {
      at += 2; // the end of an executable comment
    } else if (c == '`') {
      words.add(new Word(Kind.QUOTED, quoted(c)));
    } else if (c == '\'' || c == '"') {
      words.add(new Word(Kind.STRING, quoted(c)));
    } else if (letter(c)) {
      int start = at;
      while (at < sql.length() && letter(sql.charAt(at))) {
        at++;
      }
      words.add(new Word(Kind.WORD, sql.substring(start, at)));
    } else {
      words.add(new Word(Kind.SYMBOL, String.valueOf(c)));
      at++;
    }
  }

  private boolean lineComment() {
    return sql.startsWith("--", at)
        && (at + 2 == sql.length() || Character.isWhitespace(sql.charAt(at + 2)));
  }

  /** {@code /*!80013 ... *}{@code /} and MariaDB's {@code /*M!} are executed. */
  private void comment() {
    boolean executed = sql.startsWith("/*!", at) || sql.startsWith("/*M!", at);
    if (!executed) {
      at = until("*/", at + 2);
      return;
    }
    at += sql.startsWith("/*!", at) ? 3 : 4;
    while (at < sql.length() && Character.isDigit(sql.charAt(at))) {
      at++;
    }
  }

  private int until(String mark, int from) {
    int found = sql.indexOf(mark, from);
    return found < 0 ? sql.length() : found + mark.length();
  }

  private String quoted(char quote) {
    StringBuilder text = new StringBuilder();
    at++;
    while (at < sql.length()) {
      char c = sql.charAt(at++);
      if (c == '\\' && quote != '`' && at < sql.length()) {
        text.append(sql.charAt(at++));
      } else if (c != quote) {
        text.append(c);
      } else if (at < sql.length() && sql.charAt(at) == quote) {
        text.append(c);
        at++;
      } else {
        break;
      }
    }
    return text.toString();
  }

  private static boolean letter(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c >= 0x80;
  }
}
