// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one query, one in memory at a time, each cell as the bytes the server sent. Counts
 * what passes. Owned by one thread.
 */
final class RowStream implements AutoCloseable {
  private final Statement statement;
  private final ResultSet rows;
  private final int columns;
  private final LongConsumer progress;
  private long count;
  private long bytes;

  private RowStream(Statement statement, ResultSet rows, int columns, LongConsumer progress) {
    this.statement = statement;
    this.rows = rows;
    this.columns = columns;
    this.progress = progress;
  }

  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  static RowStream open(Connection source, String sql, int columns, LongConsumer progress)
      throws SQLException {
    Statement statement = Sql.streaming(source);
    return new RowStream(statement, statement.executeQuery(sql), columns, progress);
  }

  /** Goes to the next row. */
  boolean next() throws SQLException {
    boolean more = rows.next();
    count += more ? 1 : 0;
    return more;
  }

  /** A cell of the row; null is NULL. */
  byte @Nullable [] cell(int column) throws SQLException {
    byte[] cell = rows.getBytes(column + 1);
    if (cell != null) {
      bytes += cell.length;
      progress.accept(cell.length);
    }
    return cell;
  }

  int columns() {
    return columns;
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
