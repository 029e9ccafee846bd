// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.List;

/**
 * Writes rows by statements of many rows each, no longer than the target takes in one packet. Owned
 * by one thread.
 */
final class InsertWriter {
  /** Longer statements are not faster. */
  private static final int WANTED = 1 << 20;

  private final Connection target;
  private final CopyPlan plan;
  private final int limit;
  private final StringBuilder sql = new StringBuilder();
  private boolean empty = true;
  private long written;

  InsertWriter(Connection target, CopyPlan plan) throws SQLException {
    this.target = target;
    this.plan = plan;
    long packet = Sql.number(target, "SELECT @@max_allowed_packet");
    this.limit = (int) Math.min(WANTED, packet * 9 / 10);
  }

  /** Writes everything; how many rows the target took. */
  long write(RowStream rows) throws SQLException {
    List<CopyColumn> columns = plan.columns();
    StringBuilder row = new StringBuilder();
    while (rows.next()) {
      row.setLength(0);
      for (int i = 0; i < columns.size(); i++) {
        row.append(i == 0 ? "(" : ",");
        byte[] cell = rows.cell(i);
        if (cell == null) {
          row.append("NULL");
        } else {
          columns.get(i).write(row, cell);
        }
      }
      add(rows, row.append(columns.isEmpty() ? "()" : ")"));
    }
    flush(rows);
    return written;
  }

  private void add(RowStream rows, StringBuilder row) throws SQLException {
    if (!empty && sql.length() + row.length() + 1 > limit) {
      flush(rows);
    }
    if (empty) {
      sql.append(plan.insert());
    } else {
      sql.append(',');
    }
    sql.append(row);
    empty = false;
  }

  private void flush(RowStream rows) throws SQLException {
    if (!empty) {
      rows.writing();
      try (Statement statement = target.createStatement()) {
        written += statement.executeLargeUpdate(sql.toString());
        for (SQLWarning w = statement.getWarnings(); w != null; w = w.getNextWarning()) {
          RowWriter.refuse(plan, w.getErrorCode());
        }
      }
      rows.reading();
      sql.setLength(0);
      empty = true;
    }
  }
}
