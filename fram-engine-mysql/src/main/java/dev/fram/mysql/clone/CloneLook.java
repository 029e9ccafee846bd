// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.clone;

import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;

/**
 * What the target says of its newest clone (performance_schema.clone_status, kept over a restart).
 *
 * @param state {@code Not Started}, {@code In Progress}, {@code Completed}, {@code Failed}; empty
 *     where there never was one
 * @param error the server's number of what it failed with; 0 for nothing
 * @param message its words for that
 * @param executed GTIDs of what the clone holds
 * @param running whether a session is at it now
 */
record CloneLook(String state, int error, String message, String executed, boolean running) {
  private static final String STATUS =
      "SELECT s.STATE, s.ERROR_NO, s.ERROR_MESSAGE, s.GTID_EXECUTED,"
          + " EXISTS (SELECT 1 FROM performance_schema.threads t"
          + " WHERE t.PROCESSLIST_ID = s.PID AND t.PROCESSLIST_COMMAND <> 'Sleep'"
          + " AND s.STATE = 'In Progress')"
          + " FROM performance_schema.clone_status s";

  private static final String PROGRESS =
      "SELECT STAGE, ESTIMATE, DATA FROM performance_schema.clone_progress"
          + " WHERE STATE = 'In Progress'";

  private static final CloneLook NEVER = new CloneLook("", 0, "", "", false);

  static CloneLook at(Connection target) throws SQLException {
    return Sql.first(target, STATUS, CloneLook::look).orElse(NEVER);
  }

  boolean completed() {
    return state.equals("Completed");
  }

  boolean failed() {
    return state.equals("Failed");
  }

  boolean inProgress() {
    return state.equals("In Progress");
  }

  /** How far it is, for people; empty between two stages. */
  static Optional<String> progress(Connection target) throws SQLException {
    return Sql.first(target, PROGRESS, CloneLook::stage);
  }

  private static String stage(ResultSet row) throws SQLException {
    long estimate = row.getLong(2);
    long done = row.getLong(3);
    String stage = row.getString(1).toLowerCase(Locale.ROOT);
    return estimate <= 0
        ? stage
        : String.format(
            Locale.ROOT,
            "%s, %d of %d MB (%d %%)",
            stage,
            done / 1_000_000,
            estimate / 1_000_000,
            Math.min(100, 100 * done / estimate));
  }

  private static CloneLook look(ResultSet row) throws SQLException {
    return new CloneLook(
        Optional.ofNullable(row.getString(1)).orElse(""),
        row.getInt(2),
        Optional.ofNullable(row.getString(3)).orElse(""),
        Optional.ofNullable(row.getString(4)).orElse(""),
        row.getBoolean(5));
  }
}
