// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.model.TableId;
import dev.fram.mysql.connection.OwnSessions;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is locked while a snapshot is opened and its position is read (ALGORITHMS B2, M-lock and
 * M-global). The lock is the session's and ends with it.
 */
public enum SnapshotLock {
  /** The tables that are copied; on MariaDB nothing, for a snapshot there knows its own place. */
  TABLES,
  /** The whole server where Fram may lock it, else all tables that are copied. */
  SERVER;

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotLock.class);

  /**
   * Statements that keep tables open for longer than a moment. The lock on the server waits for
   * each of them, and everybody's next statement waits behind it.
   */
  private static final String LONG_STATEMENTS =
      "SELECT COUNT(*) FROM information_schema.PROCESSLIST p WHERE "
          + OwnSessions.CLIENT
          + " AND p.COMMAND IN ('Query', 'Execute') AND p.TIME >= 1";

  /**
   * Tries once.
   *
   * @param holder with a lock_wait_timeout
   * @return false when others hold on for longer than that; nothing is locked then
   */
  boolean take(Connection holder, List<TableId> tables) throws SQLException {
    return switch (this) {
      case TABLES -> locked(holder, tables(tables));
      case SERVER -> server(holder, tables);
    };
  }

  private static boolean server(Connection holder, List<TableId> tables) throws SQLException {
    if (Sql.number(holder, LONG_STATEMENTS) > 0) {
      return false;
    }
    try {
      return locked(holder, "FLUSH TABLES WITH READ LOCK");
    } catch (SQLException e) {
      ErrorCode code = SqlErrors.code(e);
      // A managed server says that the password is wrong.
      if (code != ErrorCode.PRIVILEGE_MISSING && code != ErrorCode.AUTHENTICATION_FAILED) {
        throw e;
      }
      LOG.info("The source may not be locked as a whole, so its tables are.");
      return locked(holder, tables(tables));
    }
  }

  private static String tables(List<TableId> tables) {
    return tables.stream()
        .map(table -> Quoting.table(table) + " READ")
        .collect(Collectors.joining(", ", "LOCK TABLES ", ""));
  }

  private static boolean locked(Connection holder, String sql) throws SQLException {
    try {
      Sql.run(holder, sql);
      return true;
    } catch (SQLException e) {
      if (SqlErrors.code(e) == ErrorCode.LOCK_TIMEOUT) {
        return false;
      }
      throw e;
    }
  }
}
