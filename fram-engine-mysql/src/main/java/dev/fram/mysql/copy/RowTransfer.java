// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Copies rows of one table from a source's open snapshot into a target's open transaction, and
 * nothing from outside that snapshot. Owned by one thread.
 */
public final class RowTransfer {
  private final CopyPlan plan;
  private final Connection source;
  private final Connection target;

  private RowTransfer(CopyPlan plan, Connection source, Connection target) {
    this.plan = plan;
    this.source = source;
    this.target = target;
  }

  /**
   * @param source a session that sends texts in the column's own bytes
   * @param target a session of {@code openWriter}
   */
  public static RowTransfer of(TableId table, Connection source, Connection target)
      throws SQLException {
    return new RowTransfer(CopyPlan.of(table, source, target), source, target);
  }

  /**
   * @param condition which rows; empty for all
   * @return how many
   * @throws FramException CONSTRAINT_DIVERGENCE when the target did not take them all
   */
  public long rows(String condition) throws SQLException {
    JsonRepair repair = new JsonRepair(plan);
    long read;
    long written;
    try (RowStream rows = RowStream.open(source, plan, condition, repair, bytes -> {})) {
      written = new RowWriter(target, plan).write(rows);
      read = rows.count();
    }
    if (written != read) {
      throw new FramException(
          ErrorCode.CONSTRAINT_DIVERGENCE,
          "Of " + read + " rows of " + plan.table() + " the target took " + written + ".",
          "Rows that are not among these stand in the way.");
    }
    repair.mendFrom(source, target);
    return read;
  }
}
