// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.GtidSet;
import dev.fram.mysql.binlog.LogPoint;
import dev.fram.mysql.binlog.SourceLog;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/** How far away the source's log's end is. Stateless; the caller's connection. */
final class LogEnd {
  private LogEnd() {}

  /** The bytes of log behind a position; of GTIDs only their number is known, so an estimate. */
  static long bytesBehind(Connection connection, BinlogPosition behind) throws SQLException {
    return switch (behind) {
      case BinlogPosition.File file -> bytesAfter(SourceLog.files(connection), file.at());
      case BinlogPosition.Gtids gtids -> estimate(connection, gtids.executed());
    };
  }

  private static long bytesAfter(Map<String, Long> files, LogPoint at) {
    long bytes = 0;
    for (Map.Entry<String, Long> file : files.entrySet()) {
      LogPoint end = new LogPoint(file.getKey(), file.getValue());
      if (file.getKey().equals(at.file())) {
        bytes += Math.max(0, file.getValue() - at.offset());
      } else if (end.compareTo(at) > 0) {
        bytes += file.getValue();
      }
    }
    return bytes;
  }

  /** By the average size of the transactions that are still in the files. */
  private static long estimate(Connection connection, GtidSet has) throws SQLException {
    GtidSet executed = GtidSet.parse(Sql.text(connection, "SELECT @@global.gtid_executed"));
    long missing = executed.minus(has).count();
    if (missing == 0) {
      return 0;
    }
    GtidSet purged = GtidSet.parse(Sql.text(connection, "SELECT @@global.gtid_purged"));
    long kept = Math.max(1, executed.minus(purged).count());
    long bytes = SourceLog.files(connection).values().stream().mapToLong(Long::longValue).sum();
    return Math.max(1, Math.round((double) bytes / kept * missing));
  }
}
