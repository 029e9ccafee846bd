// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Finds the point from which the feed has everything: no prepared XA transaction lies before it
 * whose outcome lies after it (its rows would be in neither the feed nor a snapshot), and whatever
 * is before it can be seen by every snapshot taken after the call. Owned by the caller's thread.
 */
public final class FeedStart {
  private static final Duration AGAIN = Duration.ofMillis(200);
  private static final int ATTEMPTS = 50;

  private FeedStart() {}

  /**
   * @param progress told what is being waited for
   */
  public static BinlogPosition find(Connection connection, Consumer<String> progress)
      throws SQLException {
    BinlogPosition start = SourceLog.position(connection);
    for (int i = 0; i < ATTEMPTS; i++) {
      awaitXa(connection, progress);
      start = SourceLog.position(connection);
      boolean none = prepared(connection) == 0;
      // Prepared and decided between the two looks: the log has moved, look again.
      if (none && SourceLog.position(connection).equals(start)) {
        break;
      }
    }
    return settle(connection, start, progress);
  }

  private static BinlogPosition settle(
      Connection connection, BinlogPosition start, Consumer<String> progress) throws SQLException {
    // A set of GTIDs needs none of it, and MariaDB's snapshots know their own place.
    if (start instanceof BinlogPosition.File && !Connector.version(connection).isMariaDb()) {
      CommitBarrier.await(connection, progress);
    }
    return start;
  }

  /**
   * The exact place of MariaDB's snapshot that this session holds: everything before it is seen,
   * nothing behind it.
   */
  public static BinlogPosition.File snapshotPlace(Connection connection) throws SQLException {
    Map<String, String> status = new HashMap<>();
    Sql.list(
        connection,
        "SHOW STATUS LIKE 'binlog\\_snapshot\\_%'",
        row -> status.put(row.getString(1).toLowerCase(Locale.ROOT), row.getString(2)));
    LogPoint at =
        new LogPoint(
            status.getOrDefault("binlog_snapshot_file", ""),
            Long.parseLong(status.getOrDefault("binlog_snapshot_position", "0")));
    return new BinlogPosition.File(at, SourceLog.identity(connection));
  }

  private static void awaitXa(Connection connection, Consumer<String> progress)
      throws SQLException {
    int rounds = 0;
    for (int open = prepared(connection); open > 0; open = prepared(connection)) {
      if (rounds++ % 10 == 0) {
        progress.accept(
            "waiting for "
                + open
                + " prepared XA transactions (XA RECOVER shows them): commit them or roll them"
                + " back");
      }
      Pause.of(AGAIN);
    }
  }

  private static int prepared(Connection connection) throws SQLException {
    return Sql.list(connection, "XA RECOVER", row -> row.getString(4)).size();
  }
}
