// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import dev.fram.api.engine.CopyProgress;
import dev.fram.api.engine.CopyTurns;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one query, one in memory at a time, each cell as the bytes the server sent. Counts
 * what passes. Owned by one thread.
 */
final class RowStream implements AutoCloseable {
  private final Statement statement;
  private final ResultSet rows;
  private final CopyPlan plan;
  private final JsonRepair repair;
  private final CopyProgress progress;
  private final CopyTurns turns;
  private long count;
  private long bytes;
  private long untold;

  private RowStream(
      Statement statement,
      ResultSet rows,
      CopyPlan plan,
      JsonRepair repair,
      CopyProgress progress) {
    this.statement = statement;
    this.rows = rows;
    this.plan = plan;
    this.repair = repair;
    this.progress = progress;
    this.turns = new CopyTurns(progress);
  }

  static RowStream open(
      Connection source, CopyPlan plan, String condition, JsonRepair repair, CopyProgress progress)
      throws SQLException {
    Statement statement = Sql.streaming(source);
    ResultSet rows = statement.executeQuery(plan.out(condition, repair.extras()));
    return new RowStream(statement, rows, plan, repair, progress);
  }

  /** Goes to the next row. */
  boolean next() throws SQLException {
    boolean more = rows.next();
    if (more) {
      count++;
      turns.row();
      repair.look(this);
    }
    return more;
  }

  /** A cell of the row; null is NULL. */
  byte @Nullable [] cell(int column) throws SQLException {
    byte[] cell = rows.getBytes(column + 1);
    if (cell != null) {
      bytes += cell.length;
      untold += cell.length;
    }
    return cell;
  }

  /** What was read so far goes to the target now. */
  void writing() {
    turns.writing();
  }

  /** The target has taken it; once for many rows, because whoever listens takes a lock. */
  void reading() {
    progress.accept(untold);
    untold = 0;
    turns.reading();
  }

  /** A cell behind the columns that go over. */
  byte[] extra(int number) throws SQLException {
    return rows.getBytes(plan.columns().size() + number + 1);
  }

  int columns() {
    return plan.columns().size();
  }

  long count() {
    return count;
  }

  long bytes() {
    return bytes;
  }

  @Override
  public void close() throws SQLException {
    rows.close();
    statement.close();
  }
}
