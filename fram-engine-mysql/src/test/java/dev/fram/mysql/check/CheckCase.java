// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding.Severity;
import dev.fram.testkit.server.MySqlVersion;
import java.util.EnumSet;
import java.util.Set;

/**
 * One thing that a check must notice, and must not notice when it is gone.
 *
 * @param code the check
 * @param severity what it must say
 * @param on on which servers the case can be made
 * @param source what makes it so on the source, and what takes it back
 * @param target likewise on the target
 * @param words a piece of what is seen, and a piece of the remedy
 */
record CheckCase(
    String code,
    Severity severity,
    Set<MySqlVersion> on,
    Change source,
    Change target,
    Words words) {
  private static final Change NONE = new Change("", "");
  static final Set<MySqlVersion> ALL = EnumSet.allOf(MySqlVersion.class);
  static final Set<MySqlVersion> MYSQL = EnumSet.of(MySqlVersion.V8_0, MySqlVersion.V9_7);
  static final Set<MySqlVersion> MARIADB = EnumSet.of(MySqlVersion.MARIADB_11_4);

  /** Statements with semicolons between them. */
  record Change(String make, String undo) {}

  record Words(String seen, String remedy) {}

  static CheckCase fails(String code, Set<MySqlVersion> on) {
    return new CheckCase(code, Severity.FAIL, on, NONE, NONE, new Words("", ""));
  }

  static CheckCase warns(String code, Set<MySqlVersion> on) {
    return new CheckCase(code, Severity.WARN, on, NONE, NONE, new Words("", ""));
  }

  static CheckCase informs(String code, Set<MySqlVersion> on) {
    return new CheckCase(code, Severity.INFO, on, NONE, NONE, new Words("", ""));
  }

  CheckCase source(String make, String undo) {
    return new CheckCase(code, severity, on, new Change(make, undo), target, words);
  }

  CheckCase target(String make, String undo) {
    return new CheckCase(code, severity, on, source, new Change(make, undo), words);
  }

  CheckCase says(String seen, String remedy) {
    return new CheckCase(code, severity, on, source, target, new Words(seen, remedy));
  }

  @Override
  public String toString() {
    return code + " " + severity + " " + source.make() + target.make();
  }
}
