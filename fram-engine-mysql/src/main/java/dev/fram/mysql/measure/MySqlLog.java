// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.measure;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.probe.LogProbe;
import dev.fram.api.probe.ScratchRows;
import dev.fram.mysql.binlog.LogPoint;
import dev.fram.mysql.binlog.SourceLog;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Updates of a number in one long row: InnoDB writes the number, the binary log the whole row, as
 * it was and as it is, and forces it to the disk at the commit. The row is gone again with the same
 * transaction. One thread.
 */
final class MySqlLog implements LogProbe {
  private static final int LONG_ROW = 1 << 18;
  private static final long NUMBER = Long.MIN_VALUE;
  private static final long CACHE = 64L << 20;

  /** It has a value on a member of one. */
  private static final String GROUP = "group_replication_group_name";

  /** What must not be on: the bytes would not be these, or not only the disk's. */
  private static final Map<String, String> IN_THE_WAY =
      new TreeMap<>(
          Map.of(
              "binlog_transaction_compression", "the binary log is compressed",
              "log_bin_compress", "the binary log is compressed",
              "rpl_semi_sync_master_enabled", "a commit waits for a replica too",
              "rpl_semi_sync_source_enabled", "a commit waits for a replica too",
              "wsrep_on", "a commit waits for the cluster too"));

  /** Where the format is MIXED, the function makes it a row event. */
  private static final String UPDATE = "UPDATE fram.scratch SET k = LENGTH(UUID()) + ";

  private static final String WHERE = " WHERE number = " + NUMBER;

  private final ProbeSession session;
  private Optional<LogPoint> begin = Optional.empty();

  MySqlLog(ProbeSession session) {
    this.session = session;
  }

  @Override
  public String name() {
    return "binary log";
  }

  @Override
  public Optional<String> obstacle() {
    return session.work("reading the settings", MySqlLog::obstacle);
  }

  private static Optional<String> obstacle(Connection connection) throws SQLException {
    if (!is(connection, "log_bin", "ON")) {
      return Optional.of("the server writes no binary log (log_bin=OFF)");
    }
    if (!is(connection, "sync_binlog", "1")) {
      return Optional.of("the server does not force its binary log to the disk (sync_binlog)");
    }
    if (is(connection, "binlog_format", "STATEMENT")
        || !is(connection, "binlog_row_image", "FULL")) {
      return Optional.of(
          "the binary log does not hold whole rows (binlog_format, binlog_row_image)");
    }
    for (Map.Entry<String, String> setting : IN_THE_WAY.entrySet()) {
      if (is(connection, setting.getKey(), "ON")) {
        return Optional.of(setting.getValue() + " (" + setting.getKey() + "=ON)");
      }
    }
    if (Sql.variable(connection, GROUP).filter(name -> !name.isEmpty()).isPresent()) {
      return Optional.of("a commit waits for the group too (" + GROUP + ")");
    }
    if (Sql.number(connection, "SELECT @@global.max_binlog_cache_size < " + CACHE) > 0) {
      return Optional.of("a transaction may not be that large (max_binlog_cache_size)");
    }
    return hidden(connection);
  }

  private static boolean is(Connection connection, String variable, String value)
      throws SQLException {
    return Sql.variable(connection, variable).filter(value::equalsIgnoreCase).isPresent();
  }

  private static Optional<String> hidden(Connection connection) throws SQLException {
    try {
      SourceLog.place(connection);
      return Optional.empty();
    } catch (SQLException e) {
      if (SqlErrors.code(e) != ErrorCode.PRIVILEGE_MISSING) {
        throw e;
      }
      return Optional.of(
          "the login may not ask where the binary log ends (REPLICATION CLIENT, on MariaDB BINLOG"
              + " MONITOR)");
    }
  }

  @Override
  public long stage(int bytes) {
    return session.work(
        "filling the log",
        c -> {
          long packet = Sql.number(c, "SELECT @@max_allowed_packet");
          int row = (int) Math.min(LONG_ROW, packet / 2);
          // The row comes and goes: that is one of them.
          int updates = Math.max(1, bytes / (2 * row) - 1);
          begin = Optional.of(SourceLog.place(c).at());
          c.setAutoCommit(false);
          Sql.update(c, MySqlTargetProbe.INSERT + "(?, 0, ?)", NUMBER, ScratchRows.noise(row));
          StringBuilder sql = new StringBuilder();
          for (int i = 0; i < updates; i++) {
            sql.append(UPDATE).append(i).append(WHERE).append(';');
          }
          Sql.run(c, sql.append("DELETE FROM fram.scratch").append(WHERE).toString());
          return 2L * row * (updates + 1);
        });
  }

  @Override
  public void write() {
    session.work(
        "writing to the log",
        c -> {
          c.commit();
          return 0;
        });
  }

  @Override
  public OptionalLong written() {
    return session.work(
        "asking for the log's end",
        c -> {
          c.setAutoCommit(true);
          LogPoint end = SourceLog.place(c).at();
          return begin.stream()
              .filter(point -> point.file().equals(end.file()))
              .mapToLong(point -> end.offset() - point.offset())
              .findFirst();
        });
  }
}
