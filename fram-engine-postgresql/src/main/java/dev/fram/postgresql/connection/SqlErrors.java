// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.connection;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.sql.SQLException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What an SQLSTATE means (manual, appendix A). The server's message text is never looked at, and
 * its DETAIL never repeated: it holds cell values.
 */
public final class SqlErrors {
  private SqlErrors() {}

  /**
   * Translates an exception.
   *
   * @param server the server's name for people, e.g. {@code source db1:5432/shop}
   * @param doing what was being done, e.g. {@code copying public.orders}
   */
  public static FramException translate(SQLException e, String server, String doing) {
    ErrorCode code = code(e);
    return new FramException(
        code, server + ": " + doing + " failed: " + message(e) + ".", remedy(code), e);
  }

  /** The code that the exception's SQLSTATE stands for. */
  public static ErrorCode code(SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    return switch (state) {
      case "40001", "40P01" -> ErrorCode.SERIALIZATION_CONFLICT;
      case "55P03" -> ErrorCode.LOCK_TIMEOUT;
      case "28000", "28P01" -> ErrorCode.AUTHENTICATION_FAILED;
      case "42501" -> ErrorCode.PRIVILEGE_MISSING;
      case "57P01", "57P02", "57P03", "57P05", "25P03", "25P04" -> ErrorCode.CONNECTION_LOST;
      case "55006", "53300" -> ErrorCode.RESOURCE_EXHAUSTED;
      case "08001", "08004" -> ErrorCode.SERVER_UNREACHABLE;
      default -> byClass(state);
    };
  }

  private static ErrorCode byClass(String state) {
    String sqlClass = state.length() < 2 ? "" : state.substring(0, 2);
    return switch (sqlClass) {
      case "08" -> ErrorCode.CONNECTION_LOST;
      case "53", "58" -> ErrorCode.RESOURCE_EXHAUSTED;
      case "23" -> ErrorCode.CONSTRAINT_DIVERGENCE;
      default -> ErrorCode.INTERNAL;
    };
  }

  /** Whether the session ended with this error: what it was doing may or may not have happened. */
  public static boolean ended(SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    return state.startsWith("08")
        || state.startsWith("57P")
        || state.startsWith("25P0")
        || isFatal(e);
  }

  private static boolean isFatal(SQLException e) {
    if (e instanceof PSQLException postgres) {
      ServerErrorMessage server = postgres.getServerErrorMessage();
      // In the server's language: a hint beside the SQLSTATEs above, which are not.
      return server != null && "FATAL".equals(server.getSeverity());
    }
    return false;
  }

  /** The primary message with its SQLSTATE; a constraint's name where there is one; no DETAIL. */
  public static String message(SQLException e) {
    String state = e.getSQLState() == null ? "no SQLSTATE" : e.getSQLState();
    if (e instanceof PSQLException postgres) {
      ServerErrorMessage server = postgres.getServerErrorMessage();
      if (server != null && server.getMessage() != null) {
        String constraint =
            server.getConstraint() == null ? "" : ", constraint " + server.getConstraint();
        // Class 22 (bad data) messages quote the value itself.
        String text = state.startsWith("22") ? "a value was refused" : server.getMessage();
        return text + " (" + state + constraint + ")";
      }
    }
    return e.getMessage() + " (" + state + ")";
  }

  private static String remedy(ErrorCode code) {
    return switch (code) {
      case AUTHENTICATION_FAILED ->
          "Check user and password (FRAM_SOURCE_PASSWORD, FRAM_TARGET_PASSWORD, ~/.pgpass) and pg_hba.conf.";
      case PRIVILEGE_MISSING ->
          "Grant the privilege that is named, or use a role that has it; fram check lists all that are needed.";
      case SERVER_UNREACHABLE -> "Check host, port, firewall and that the server runs.";
      case RESOURCE_EXHAUSTED ->
          "Give the server what it lacks (room on its disk, memory, connections), then run the same"
              + " command again to go on.";
      case CONNECTION_LOST, SERIALIZATION_CONFLICT, LOCK_TIMEOUT ->
          "Run the same command again to go on.";
      default -> "";
    };
  }
}
