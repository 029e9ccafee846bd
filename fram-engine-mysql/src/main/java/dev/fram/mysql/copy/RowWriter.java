// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Writes rows the fastest way the target permits: LOAD DATA from a stream, or statements of many
 * rows. Owned by one thread.
 */
final class RowWriter {
  private static final int TRUNCATED = 1265;

  private final Connection target;
  private final CopyPlan plan;

  RowWriter(Connection target, CopyPlan plan) {
    this.target = target;
    this.plan = plan;
  }

  /** Writes everything; how many rows the target took. */
  long write(RowStream rows) throws SQLException {
    boolean load = !plan.columns().isEmpty() && loads(target);
    if (!load) {
      return new InsertWriter(target, plan).write(rows);
    }
    long written = Sql.load(target, plan.load(), new LoadStream(rows));
    List<Integer> warnings = Sql.list(target, "SHOW WARNINGS LIMIT 100", row -> row.getInt("Code"));
    for (int warning : warnings) {
      refuse(plan, warning);
    }
    return written;
  }

  /**
   * A warning says that the target did not keep a value as it was given: what strict mode would
   * refuse, but for an ENUM's error value, which has to be let in.
   */
  static void refuse(CopyPlan plan, int warning) {
    boolean ordinals = plan.columns().stream().anyMatch(c -> c.form() == CopyColumn.Form.ORDINAL);
    if (warning == TRUNCATED && ordinals) {
      return;
    }
    throw new FramException(
        ErrorCode.CONSTRAINT_DIVERGENCE,
        "The target does not take the rows of "
            + plan.table()
            + " as they are (warning "
            + warning
            + ").",
        "Look whether the table's columns and character sets are the same on both servers.");
  }

  private static boolean loads(Connection target) throws SQLException {
    return Sql.variable(target, "local_infile").filter("ON"::equals).isPresent();
  }
}
