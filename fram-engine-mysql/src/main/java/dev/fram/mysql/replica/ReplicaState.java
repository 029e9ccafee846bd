// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.replica;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What the target says of Fram's channel (manual, SHOW REPLICA STATUS).
 *
 * @param receiving whether the receiver runs; on MariaDB also while it tries to get through
 * @param applying whether the applier runs
 * @param received what ended or hinders the receiver; 0 is nothing
 * @param applied the same of the applier, of the worker that failed where it has several
 */
record ReplicaState(boolean receiving, boolean applying, Trouble received, Trouble applied) {
  private static final String STATUS =
      "SHOW REPLICA STATUS FOR CHANNEL '" + ReplicaChannel.NAME + "'";
  static final String MARIADB_STATUS = "SHOW SLAVE '" + ReplicaChannel.NAME + "' STATUS";
  private static final String WORKER =
      "SELECT LAST_ERROR_NUMBER, LAST_ERROR_MESSAGE"
          + " FROM performance_schema.replication_applier_status_by_worker WHERE CHANNEL_NAME = '"
          + ReplicaChannel.NAME
          + "' AND LAST_ERROR_NUMBER <> 0 ORDER BY LAST_ERROR_TIMESTAMP LIMIT 1";

  /**
   * @param number the server's; 0 where there is none
   * @param text the server's words
   */
  record Trouble(int number, String text) {
    boolean any() {
      return number != 0;
    }

    /** Whether the source does not know or trust the account. */
    boolean refused() {
      return switch (number) {
        case 1044, 1045, 1227, 1698, 3118, 4151 -> true;
        default -> false;
      };
    }

    SQLException exception() {
      return new SQLException(text, "HY000", number);
    }
  }

  /** The same of MariaDB, where the coordinator says itself what a worker met. */
  static ReplicaState readMariaDb(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(MARIADB_STATUS)) {
      if (!row.next()) {
        throw new SQLException("the channel is gone", "HY000", MariaDbChannel.NO_CHANNEL);
      }
      return new ReplicaState(
          !"No".equals(row.getString("Slave_IO_Running")),
          "Yes".equals(row.getString("Slave_SQL_Running")),
          new Trouble(row.getInt("Last_IO_Errno"), row.getString("Last_IO_Error")),
          new Trouble(row.getInt("Last_SQL_Errno"), row.getString("Last_SQL_Error")));
    }
  }

  static ReplicaState read(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(STATUS)) {
      if (!row.next()) {
        throw new SQLException("the channel is gone", "HY000", MySqlChannel.NO_CHANNEL);
      }
      return new ReplicaState(
          "Yes".equals(row.getString("Replica_IO_Running")),
          "Yes".equals(row.getString("Replica_SQL_Running")),
          new Trouble(row.getInt("Last_IO_Errno"), row.getString("Last_IO_Error")),
          new Trouble(row.getInt("Last_SQL_Errno"), row.getString("Last_SQL_Error")));
    }
  }

  /** What the worker says; the coordinator only says that there is such a worker. */
  static Trouble worker(Connection connection, Trouble otherwise) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(WORKER)) {
      return row.next() ? new Trouble(row.getInt(1), row.getString(2)) : otherwise;
    }
  }

  /**
   * Why the receiver does not receive.
   *
   * @param server the target's name for people
   */
  static FramException receiver(String server, Trouble trouble, String from) {
    String seen = server + ": its replica cannot read from " + from + ": ";
    if (trouble.refused()) {
      return new FramException(
          ErrorCode.CONNECTION_LOST,
          seen + said(trouble),
          "Its account on the source was changed or dropped; Fram makes it again.");
    }
    return switch (trouble.number) {
      case 1236, 13114 ->
          new FramException(
              ErrorCode.LOG_LOST,
              seen + said(trouble),
              "What it still needs is gone from the source's binary log: run fram cancel, raise"
                  + " binlog_expire_logs_seconds and begin again.");
      case 2003, 2005, 2013, 2002, 1129, 1130 ->
          new FramException(
              ErrorCode.SERVER_UNREACHABLE,
              seen + said(trouble),
              "The target's own machine has to reach the source there; --source-for-target names"
                  + " another address.");
      case 2026 ->
          new FramException(
              ErrorCode.SERVER_SETTING,
              seen + said(trouble),
              "The two servers agree on no encryption: let the source offer TLS, or give"
                  + " ssl-mode=DISABLED in --source where the network may be trusted.");
      default ->
          new FramException(ErrorCode.CONNECTION_LOST, seen + said(trouble), "It is tried again.");
    };
  }

  /** Why the receiver has never received: what it was told does not fit, and stays so. */
  static FramException never(String server, Trouble trouble, String from) {
    FramException why = receiver(server, trouble, from);
    boolean lasting =
        switch (why.code()) {
          case SERVER_UNREACHABLE, CONNECTION_LOST -> true;
          default -> false;
        };
    return lasting
        ? new FramException(
            ErrorCode.SERVER_SETTING,
            why.seen(),
            "The target's own machine has to reach the source there; --source-for-target names"
                + " another address.")
        : why;
  }

  /** Why the applier stopped before it was told to. */
  static FramException applier(String server, Trouble trouble) {
    String seen = server + ": its replica has stopped: " + said(trouble);
    ErrorCode known = SqlErrors.code(trouble.exception());
    return switch (trouble.number) {
      case 1032, 1062, 1022, 1169, 1586 ->
          new FramException(
              ErrorCode.ROW_DIVERGENCE,
              seen,
              "The target is not what it must be: somebody else has written to it. Find out who,"
                  + " then run fram cancel and begin again.");
      case 1950 ->
          new FramException(
              ErrorCode.SERVER_SETTING,
              seen,
              "SET GLOBAL gtid_strict_mode = OFF on the target until it serves, then run fram"
                  + " migrate to go on.");
      default ->
          switch (known) {
            case SERIALIZATION_CONFLICT, LOCK_TIMEOUT, RESOURCE_EXHAUSTED, CONNECTION_LOST ->
                new FramException(known, seen, "It is started again.");
            default ->
                new FramException(
                    ErrorCode.SCHEMA_DRIFT,
                    seen,
                    "Make the change possible on the target; the replica is started again.");
          };
    };
  }

  private static String said(Trouble trouble) {
    return SqlErrors.message(trouble.exception()) + ".";
  }
}
