// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** The target must take writes. */
final class TargetReadOnlyCheck implements Question {
  @Override
  public String code() {
    return "target-read-only";
  }

  @Override
  public String about() {
    return "The target must take writes.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server target = servers.target();
    if (target.number(RECORDED) > 0 && target.number(OURS) > 0) {
      return info(target.name() + ": it is closed to applications until the cutover, by Fram.");
    }
    boolean closed =
        target.isOn("read_only")
            || target.isOn("super_read_only")
            || target.isOn("innodb_read_only");
    return closed
        ? fail(
            target.name() + ": it is read-only.",
            "SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF; remove both from my.cnf,"
                + " [mysqld]. No restart is needed (innodb_read_only needs one).")
        : pass(target.name() + ": it takes writes.");
  }

  private static final String RECORDED =
      "SELECT COUNT(*) FROM information_schema.TABLES"
          + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME = 'guard'";

  private static final String OURS = "SELECT COUNT(*) FROM fram.guard WHERE state = 'CLOSED'";
}
