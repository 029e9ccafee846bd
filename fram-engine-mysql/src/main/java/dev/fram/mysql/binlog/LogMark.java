// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** A point behind all that can be seen. Stateless; the caller's connection. */
public final class LogMark {
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final Duration AGAIN = Duration.ofMillis(20);

  private LogMark() {}

  /**
   * A position that everything lies before that is committed, or that any snapshot could have seen.
   * A transaction can be seen a moment before its GTID is in gtid_executed (ALGORITHMS B1), but
   * until then some session owns that GTID: so those that are owned now are waited for.
   */
  public static BinlogPosition of(Connection connection) throws SQLException {
    if (!SourceLog.hasGtids(connection)) {
      // In the log before it can be seen.
      return SourceLog.place(connection);
    }
    GtidSet owned = owned(connection);
    GtidSet executed = executed(connection);
    GtidSet open = owned;
    long begun = System.nanoTime();
    while (!open.isEmpty() && System.nanoTime() - begun < LONGEST.toNanos()) {
      Pause.of(AGAIN);
      open = open.intersection(owned(connection));
    }
    // What hangs so long waits for a replica's acknowledgement: it is in the log, and will come.
    // What is neither executed now nor owned was given up.
    GtidSet ended = owned.isEmpty() ? owned : owned.intersection(executed(connection));
    return new BinlogPosition.Gtids(executed.union(ended).union(open));
  }

  private static GtidSet executed(Connection connection) throws SQLException {
    return GtidSet.parse(Sql.text(connection, "SELECT @@global.gtid_executed"));
  }

  /** {@code uuid:23#14:24#15}: each number with the session that owns it. */
  private static GtidSet owned(Connection connection) throws SQLException {
    String text = Sql.text(connection, "SELECT @@global.gtid_owned");
    return GtidSet.parse(text.replaceAll("#\\d+", ""));
  }
}
