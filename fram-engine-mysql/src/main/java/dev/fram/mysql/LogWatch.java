// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.api.engine.Retention;
import dev.fram.api.engine.Retention.State;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.SourceLog;
import dev.fram.mysql.check.LogExpiry;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Compares what is needed of the source's log with how long the source keeps it. Stateless; works
 * on the caller's connection.
 */
final class LogWatch {
  private LogWatch() {}

  static Retention retention(Connection connection, String server, LogNeed need)
      throws SQLException {
    Optional<BinlogPosition> needed = need.needed();
    if (needed.isEmpty()) {
      return new Retention(0, OptionalLong.empty(), State.FINE, "the log is not read yet");
    }
    try {
      SourceLog.verify(connection, server, needed.get());
    } catch (FramException e) {
      if (e.code() != ErrorCode.LOG_LOST) {
        throw e;
      }
      return new Retention(0, OptionalLong.empty(), State.LOST, e.getMessage());
    }
    long behind = LogEnd.bytesBehind(connection, needed.get());
    LogExpiry expiry = LogExpiry.of(connection);
    Duration age = age(connection, need);
    boolean endangered =
        expiry.kept().isPresent() && age.multipliedBy(2).compareTo(expiry.kept().get()) > 0;
    String detail =
        "the oldest change needed is "
            + age.toSeconds()
            + " s old; "
            + (endangered ? expiry.remedy(age.multipliedBy(4)) : "kept by " + expiry.setBy());
    return new Retention(
        behind, OptionalLong.empty(), endangered ? State.ENDANGERED : State.FINE, detail);
  }

  private static Duration age(Connection connection, LogNeed need) throws SQLException {
    OptionalLong oldest = need.oldestMillis();
    if (oldest.isEmpty()) {
      return Duration.ZERO;
    }
    // By the source's own clock, which wrote the times in the log.
    long now =
        Sql.number(connection, "SELECT CAST(ROUND(UNIX_TIMESTAMP(NOW(3)) * 1000) AS SIGNED)");
    return Duration.ofMillis(Math.max(0, now - oldest.getAsLong()));
  }
}
