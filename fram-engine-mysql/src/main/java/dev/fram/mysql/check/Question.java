// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/**
 * One question about two servers. Reads only; what has to be tried is tried in a transaction that
 * is rolled back. An exception is no answer: {@link AskedCheck} makes a finding of it.
 */
interface Question {
  /** A stable word; users script on it. */
  String code();

  /** One sentence for the documentation: what is asked and why it matters. */
  String about();

  List<Finding> ask(Servers servers) throws SQLException;

  /** A finding of this question. */
  default List<Finding> pass(String seen) {
    return List.of(Finding.pass(code(), seen));
  }

  default List<Finding> info(String seen) {
    return List.of(Finding.info(code(), seen));
  }

  default List<Finding> warn(String seen, String remedy) {
    return List.of(Finding.warn(code(), seen, remedy));
  }

  default List<Finding> fail(String seen, String remedy) {
    return List.of(Finding.fail(code(), seen, remedy));
  }
}
