// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.FeedStart;
import dev.fram.mysql.binlog.SourceLog;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import dev.fram.mysql.journal.HandOverRegister;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What the feed needs on the source: settings that make the log exact, the register, and a point to
 * start from. A source keeps nothing for Fram, so there is nothing to create for reading. One call,
 * one thread.
 */
final class FeedSetup {
  /** What each must be; one that the server does not know is as it must be. */
  private static final Map<String, String> NEEDED =
      Map.of(
          "log_bin", "ON",
          "binlog_format", "ROW",
          "binlog_row_image", "FULL",
          "binlog_row_value_options", "");

  private final Connector source;
  private final MigrationId id;
  private final Consumer<String> progress;

  FeedSetup(Connector source, MigrationId id, Consumer<String> progress) {
    this.source = source;
    this.id = id;
    this.progress = progress;
  }

  BinlogPosition prepare(Optional<BinlogPosition> recorded) {
    Connection connection = source.open("feed setup");
    try {
      if (recorded.isPresent()) {
        SourceLog.verify(connection, source.name(), recorded.get());
      }
      requireSettings(connection);
      // Before the start is looked for: it writes to the log.
      new HandOverRegister(id).prepare(connection);
      return recorded.isPresent() ? recorded.get() : FeedStart.find(connection, progress);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "preparing the feed");
    } finally {
      Connector.abort(connection);
    }
  }

  private void requireSettings(Connection connection) throws SQLException {
    for (Map.Entry<String, String> needed : NEEDED.entrySet()) {
      String found = Sql.variable(connection, needed.getKey()).orElse(needed.getValue());
      if (!found.equals(needed.getValue())) {
        throw new FramException(
            ErrorCode.SERVER_SETTING,
            source.name() + ": " + needed.getKey() + " is '" + found + "'.",
            "Set "
                + needed.getKey()
                + "='"
                + needed.getValue()
                + "' on the source; fram check says how, and whether a restart is needed.");
      }
    }
  }
}
