// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.inventory;

/**
 * How definitions have to be told so that two servers tell them alike. What only the newer one
 * knows is left out, what it prints in other words is compared without these words.
 *
 * @param own the major version of the server that is asked
 * @param other the other server's
 */
record Printing(int own, int other) {
  private static final int UNQUALIFIED_COLUMNS = 16;
  private static final int MAINTAIN = 17;
  private static final int CLOSED_PUBLIC = 15;

  boolean has(int major) {
    return own >= major;
  }

  /**
   * An SQL expression for a query's text. Since 16 a column is no longer qualified with its table
   * when there is only one (release 16, ruleutils.c): between older and newer servers all
   * qualifications are left out.
   */
  String query(String expression) {
    return straddles(UNQUALIFIED_COLUMNS)
        ? "regexp_replace(" + expression + ", '(\"[^\"]*\"|[a-z_][a-z0-9_$]*)\\.', '', 'g')"
        : expression;
  }

  /** Privileges that are not compared: GRANT ALL on a newer server gives one more. */
  String strangePrivilege() {
    return own >= MAINTAIN && other >= MAINTAIN ? "''" : "'MAINTAIN'";
  }

  /** Whether only one of them lets everybody create objects in schema public. */
  boolean publicDiffers() {
    return straddles(CLOSED_PUBLIC);
  }

  private boolean straddles(int major) {
    return Math.min(own, other) < major && Math.max(own, other) >= major;
  }
}
