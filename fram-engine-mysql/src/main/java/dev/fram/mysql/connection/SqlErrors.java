// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.connection;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.sql.SQLException;
import java.util.Set;

/**
 * What a server's error number means (MySQL error reference; MariaDB error codes). The message's
 * text is never looked at, and not repeated where it may quote a cell's value.
 */
public final class SqlErrors {
  /**
   * Numbers whose message repeats values, or a piece of the statement that holds them: syntax
   * error, duplicate entry (three forms), wrong values of several kinds, division.
   */
  private static final Set<Integer> QUOTING_VALUES =
      Set.of(
          1062, 1064, 1169, 1292, 1366, 1367, 1411, 1416, 1440, 1441, 1525, 1586, 1690, 3140, 3141,
          3143, 3156, 3157, 3617, 3854, 3903, 4038);

  private SqlErrors() {}

  /**
   * Translates an exception.
   *
   * @param server the server's name for people, e.g. {@code source db1:3306/shop}
   * @param doing what was being done, e.g. {@code copying shop.orders}
   * @throws OutOfMemoryError when it is that what the driver has made an exception of
   */
  public static FramException translate(SQLException e, String server, String doing) {
    throwMemory(e);
    ErrorCode code = code(e);
    return failure(code, e, server, doing);
  }

  /** Connector/J catches it; no server has failed then, and the remedy is another one. */
  private static void throwMemory(SQLException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError memory) {
        throw memory;
      }
    }
  }

  /** As {@link #translate}, for opening a session: a connection that fails was never there. */
  static FramException connecting(SQLException e, String server) {
    if (Encryption.isRefused(e)) {
      return new FramException(
          ErrorCode.SERVER_SETTING,
          server + ": no encrypted connection could be agreed on.",
          "Check ssl-mode and ssl-ca in the URI and the server's certificate; Fram never goes on"
              + " with less than was asked for.",
          clean(e));
    }
    ErrorCode code = code(e);
    return failure(
        code == ErrorCode.CONNECTION_LOST ? ErrorCode.SERVER_UNREACHABLE : code,
        e,
        server,
        "connecting");
  }

  private static FramException failure(
      ErrorCode code, SQLException e, String server, String doing) {
    return new FramException(
        code, server + ": " + doing + " failed: " + message(e) + ".", remedy(code), clean(e));
  }

  /** The code that the exception's error number stands for. */
  public static ErrorCode code(SQLException e) {
    return switch (e.getErrorCode()) {
      case 1213, 1020, 3101 -> ErrorCode.SERIALIZATION_CONFLICT;
      // The table was altered since the session's snapshot.
      case 1412 -> ErrorCode.SNAPSHOT_BROKEN;
      case 1205, 3572, 1614 -> ErrorCode.LOCK_TIMEOUT;
      case 1045, 1251, 1698, 1820, 1862, 3118, 3955, 4151 -> ErrorCode.AUTHENTICATION_FAILED;
      case 1044, 1142, 1143, 1227, 1370, 1410, 1419, 1095, 1211 -> ErrorCode.PRIVILEGE_MISSING;
      case 1290, 1836, 1792, 1148, 3948, 1153, 1231, 1193, 3159 -> ErrorCode.SERVER_SETTING;
      // 3 and 20 are the file system's (mysys_err.h: EE_WRITE, EE_DISK_FULL).
      case 3, 20, 1021, 1026, 1037, 1038, 1040, 1041, 1114, 1135, 1203, 1206, 1226, 3168 ->
          ErrorCode.RESOURCE_EXHAUSTED;
      case 1053,
          1077,
          1079,
          1152,
          1158,
          1159,
          1160,
          1161,
          1184,
          1317,
          1927,
          1969,
          2006,
          2013,
          3024,
          4031 ->
          ErrorCode.CONNECTION_LOST;
      case 2002, 2003, 2005, 1129, 1130 -> ErrorCode.SERVER_UNREACHABLE;
      case 3819, 4025 -> ErrorCode.CONSTRAINT_DIVERGENCE;
      default -> byClass(e);
    };
  }

  private static ErrorCode byClass(SQLException e) {
    String state = state(e);
    if (state.startsWith("08")) {
      return ErrorCode.CONNECTION_LOST;
    }
    if (state.startsWith("28")) {
      return ErrorCode.AUTHENTICATION_FAILED;
    }
    return state.startsWith("23") ? ErrorCode.CONSTRAINT_DIVERGENCE : ErrorCode.INTERNAL;
  }

  /** Whether the session ended with this error: what it was doing may or may not have happened. */
  public static boolean ended(SQLException e) {
    return state(e).startsWith("08")
        || switch (e.getErrorCode()) {
          case 1053, 1077, 1079, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 2006, 2013, 4031 -> true;
          default -> false;
        };
  }

  /** The server's message with number and SQLSTATE; left out where it would quote a value. */
  public static String message(SQLException e) {
    boolean quotes = QUOTING_VALUES.contains(e.getErrorCode()) || state(e).startsWith("22");
    boolean local = e.getErrorCode() == 0 && state(e).startsWith("08");
    String text = quotes ? "a statement or value was refused" : local ? "no connection" : first(e);
    return text + " (" + e.getErrorCode() + ", " + (state(e).isEmpty() ? "-" : state(e)) + ")";
  }

  /** The same exception without the text that may quote values: it ends up in logs. */
  private static SQLException clean(SQLException e) {
    SQLException clean = new SQLException(message(e), e.getSQLState(), e.getErrorCode());
    clean.setStackTrace(e.getStackTrace());
    return clean;
  }

  // The driver appends whole stack traces after an empty line.
  private static String first(SQLException e) {
    String text = e.getMessage() == null ? "no message" : e.getMessage();
    int end = text.indexOf('\n');
    return (end < 0 ? text : text.substring(0, end)).strip().replaceFirst("\\.$", "");
  }

  private static String state(SQLException e) {
    return e.getSQLState() == null ? "" : e.getSQLState();
  }

  private static String remedy(ErrorCode code) {
    return switch (code) {
      case AUTHENTICATION_FAILED ->
          "Check user and password (FRAM_SOURCE_PASSWORD, FRAM_TARGET_PASSWORD), the host part of"
              + " the account, and that its authentication plug-in is caching_sha2_password or"
              + " mysql_native_password.";
      case PRIVILEGE_MISSING ->
          "Grant the privilege that is named, or use an account that has it; fram check lists all"
              + " that are needed.";
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
