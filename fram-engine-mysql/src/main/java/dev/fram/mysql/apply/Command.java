// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

/**
 * One statement and how many rows it must find.
 *
 * @param sql complete, with every value in it
 * @param rows how many rows it is meant for
 * @param expect how strictly that is taken
 */
record Command(String sql, int rows, Expect expect) {
  /** How the number of rows found is judged. */
  enum Expect {
    /** Fewer or more is a divergence. */
    EXACTLY,
    /** A cascade may have been here before. */
    AT_MOST,
    /** Within the fuzzy window nobody knows what is there. */
    ANY
  }

  static Command exactly(String sql, int rows) {
    return new Command(sql, rows, Expect.EXACTLY);
  }

  static Command any(String sql) {
    return new Command(sql, 0, Expect.ANY);
  }

  boolean accepts(long found) {
    return switch (expect) {
      case EXACTLY -> found == rows;
      case AT_MOST -> found <= rows;
      case ANY -> true;
    };
  }
}
