// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

/**
 * One statement and how many rows it must find.
 *
 * @param sql complete, with every value in it
 * @param rows how many rows it is meant for
 * @param expect how strictly that is taken
 * @param values how a value is taken that its column would not have
 */
record Command(String sql, int rows, Expect expect, Values values) {
  /** How the number of rows found is judged. */
  enum Expect {
    /** Fewer or more is a divergence. */
    EXACTLY,
    /** A cascade may have been here before. */
    AT_MOST,
    /** Within the fuzzy window nobody knows what is there. */
    ANY
  }

  /** How a value is taken that its column would not have. */
  enum Values {
    /** It is an error. */
    CHECKED,
    /** As it stands: ENUM's error value is in the source's row, and no other way leads to it. */
    LOOSE
  }

  static Command exactly(String sql, int rows) {
    return new Command(sql, rows, Expect.EXACTLY, Values.CHECKED);
  }

  static Command any(String sql) {
    return new Command(sql, 0, Expect.ANY, Values.CHECKED);
  }

  static Command atMost(String sql, int rows) {
    return new Command(sql, rows, Expect.AT_MOST, Values.CHECKED);
  }

  Command with(Values wanted) {
    return new Command(sql, rows, expect, wanted);
  }

  boolean accepts(long found) {
    return switch (expect) {
      case EXACTLY -> found == rows;
      case AT_MOST -> found <= rows;
      case ANY -> true;
    };
  }
}
