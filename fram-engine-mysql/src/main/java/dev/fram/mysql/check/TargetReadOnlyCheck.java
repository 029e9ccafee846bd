// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.mysql.gate.TargetGuard;
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
    // Whoever has the lease has closed the target to applications, and writes there all the same.
    boolean byFram = new TargetGuard(target.connection()).closed();
    boolean closed =
        (target.isOn("read_only") && !byFram)
            || target.isOn("super_read_only")
            || target.isOn("innodb_read_only");
    return closed
        ? fail(
            target.name() + ": it is read-only.",
            "SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF; remove both from my.cnf,"
                + " [mysqld]. No restart is needed (innodb_read_only needs one).")
        : pass(target.name() + ": it takes writes.");
  }
}
