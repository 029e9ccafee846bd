// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.gate;

import dev.fram.mysql.connection.OwnSessions;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import dev.fram.mysql.schema.SourceAccounts;
import dev.fram.mysql.schema.SourceAccounts.Account;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * The sessions of applications on a server, and their end: by KILL, or by the procedure that a
 * provider gives instead ({@code mysql.rds_kill} on RDS, {@code mysql.az_kill} on Azure). Works on
 * the caller's session.
 */
public final class ClientSessions {
  private static final int GONE = 1094;
  private static final int NOT_OURS = 1095;
  private static final int DENIED = 1227;

  /** With other accounts than ours, and with ours where they are not Fram's. */
  private static final String LIST =
      "SELECT p.ID, p.USER, p.HOST FROM information_schema.PROCESSLIST p WHERE "
          + OwnSessions.CLIENT
          + " AND (p.USER <> SUBSTRING_INDEX(USER(), '@', 1) OR ("
          + OwnSessions.STRANGER
          + "))";

  private static final String PROCEDURE =
      "SELECT CONCAT(ROUTINE_SCHEMA, '.', ROUTINE_NAME) FROM information_schema.ROUTINES"
          + " WHERE ROUTINE_SCHEMA = 'mysql' AND ROUTINE_TYPE = 'PROCEDURE'"
          + " AND ROUTINE_NAME IN ('rds_kill', 'az_kill')";

  private final Connection connection;
  private final SparedAccounts spared;

  /**
   * @param spared whose sessions are left alone
   */
  ClientSessions(Connection connection, SparedAccounts spared) {
    this.connection = connection;
    this.spared = spared;
  }

  private record Session(long id, String user, String host) {}

  /** Their ids, but for those of spared accounts. */
  List<Long> list() throws SQLException {
    List<Session> sessions =
        Sql.list(
            connection,
            LIST,
            row -> new Session(row.getLong(1), row.getString(2), row.getString(3)));
    if (sessions.stream().noneMatch(session -> spared.names(session.user))) {
      return sessions.stream().map(Session::id).toList();
    }
    List<Account> others =
        SourceAccounts.all(connection).stream().filter(account -> !spared.has(account)).toList();
    return sessions.stream()
        .filter(session -> !spared.owns(session.user, session.host, others))
        .map(Session::id)
        .toList();
  }

  /** The provider's procedure, where we see one. */
  public static Optional<String> procedure(Connection connection) throws SQLException {
    return Sql.first(connection, PROCEDURE, row -> row.getString(1));
  }

  /**
   * Ends a session, or finds it gone.
   *
   * @return false when it is not ours to end
   */
  boolean kill(long id) throws SQLException {
    try {
      Sql.run(connection, "KILL CONNECTION " + id);
      return true;
    } catch (SQLException e) {
      if (e.getErrorCode() == GONE) {
        return true;
      }
      if (e.getErrorCode() != NOT_OURS && e.getErrorCode() != DENIED) {
        throw e;
      }
    }
    Optional<String> procedure = procedure(connection);
    if (procedure.isEmpty()) {
      return false;
    }
    try {
      Sql.run(connection, "CALL " + procedure.get() + "(" + id + ")");
      return true;
    } catch (SQLException e) {
      // A procedure may say in its own words that it is gone, or not for us.
      if (SqlErrors.ended(e)) {
        throw e;
      }
      return e.getErrorCode() == GONE;
    }
  }
}
