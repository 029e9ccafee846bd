// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.sql.SQLException;
import java.util.Set;

/** What an SQLSTATE says about a commit (manual, "PostgreSQL Error Codes"). */
final class SqlStates {
  private static final int CLASS = 2;

  /**
   * Classes with which a server refuses a commit and rolls back: constraints, conflicts, states.
   */
  private static final Set<String> REFUSALS = Set.of("22", "23", "25", "40", "42", "44", "P0");

  private SqlStates() {}

  static String of(SQLException problem) {
    String state = problem.getSQLState();
    return state == null ? "none" : state;
  }

  /** 40003 is statement_completion_unknown: not a refusal. */
  static boolean surelyRolledBack(SQLException problem) {
    String state = of(problem);
    return REFUSALS.contains(state.substring(0, CLASS)) && !state.equals("40003");
  }
}
