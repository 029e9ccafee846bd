// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.connection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fram's own statements that MariaDB lets wait for room on its disk. It says that it looks again
 * each minute; in 11.4.5 it waits until somebody ends the statement, whether there is room by then
 * or not (seen; {@code mariadb_sleep_for_space} waits without a limit). When its binary log waits,
 * so does every other commit. Ended, the statement goes through where there is room by then, and
 * fails with error 3 where there is none. Works on the caller's session.
 */
public final class EndlessWaits {
  private static final Logger LOG = LoggerFactory.getLogger(EndlessWaits.class);
  private static final int GONE = 1094;

  /** The state that the server shows (sql_class.cc, stage_waiting_for_disk_space). */
  private static final String WAITING =
      "SELECT p.ID FROM information_schema.PROCESSLIST p WHERE "
          + OwnSessions.OURS
          + " AND p.STATE = 'Waiting for someone to free space' AND p.TIME >= ?";

  private EndlessWaits() {}

  /**
   * Ends them.
   *
   * @param seconds those that have taken as long
   * @return how many
   */
  public static int end(Connection connection, int seconds) throws SQLException {
    List<Long> waiting = Sql.list(connection, WAITING, row -> row.getLong(1), seconds);
    for (long id : waiting) {
      try {
        Sql.run(connection, "KILL QUERY " + id);
        LOG.info("session {} waited for room on the disk; its statement was ended", id);
      } catch (SQLException e) {
        if (e.getErrorCode() != GONE) {
          throw e;
        }
      }
    }
    return waiting.size();
  }
}
