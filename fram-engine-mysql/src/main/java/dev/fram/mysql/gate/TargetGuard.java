// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.gate;

import dev.fram.api.error.ErrorCode;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Keeps the application from writing to the target before it is open: the server is read_only,
 * which Fram's account passes by its privilege. That it was set is recorded in {@code fram.guard},
 * so that a server that was read-only before is not opened, and one that restarts is closed again.
 * Stateless; works on the caller's session.
 */
public final class TargetGuard {
  private static final String TABLE =
      "CREATE TABLE IF NOT EXISTS fram.guard (only_one tinyint NOT NULL DEFAULT 1 PRIMARY KEY,"
          + " state varchar(16) NOT NULL)"
          + " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

  private final Connection connection;

  public TargetGuard(Connection connection) {
    this.connection = connection;
  }

  /**
   * Closes the server to applications, also again after a restart. Idempotent; does nothing once
   * the target was opened.
   *
   * @return empty when it is closed; else why it cannot be, for people
   */
  public Optional<String> close() throws SQLException {
    Sql.run(connection, TABLE);
    Optional<String> state = state();
    if (state.filter("OPEN"::equals).isPresent()) {
      return Optional.empty();
    }
    boolean readOnly = isReadOnly(connection);
    if (state.isEmpty() && !readOnly) {
      Sql.update(connection, "INSERT INTO fram.guard (state) VALUES ('CLOSED')");
    }
    try {
      if (!readOnly) {
        set("ON");
      }
      return canWrite();
    } catch (SQLException e) {
      if (SqlErrors.code(e) != ErrorCode.PRIVILEGE_MISSING) {
        throw e;
      }
      Sql.run(connection, "DELETE FROM fram.guard");
      return Optional.of(
          "The target cannot be made read-only for others (" + SqlErrors.message(e) + ")");
    }
  }

  /** Notes that the server is read-only by us already: it was started so. Idempotent. */
  public void note() throws SQLException {
    Sql.run(connection, TABLE);
    Sql.update(
        connection,
        "INSERT INTO fram.guard (state) VALUES ('CLOSED') ON DUPLICATE KEY UPDATE state = state");
  }

  /** Without the privilege to write on a read-only server we would have locked ourselves out. */
  private Optional<String> canWrite() throws SQLException {
    try {
      Sql.run(connection, "UPDATE fram.guard SET state = state");
      return Optional.empty();
    } catch (SQLException e) {
      if (e.getErrorCode() != 1290 && e.getErrorCode() != 1836) {
        throw e;
      }
      set("OFF");
      Sql.run(connection, "DELETE FROM fram.guard");
      return Optional.of(
          "Fram's account may not write on a read-only server; grant it CONNECTION_ADMIN (MariaDB:"
              + " READ ONLY ADMIN)");
    }
  }

  /** Notes that the server is being closed again after it has served. */
  void closeAgain() throws SQLException {
    if (exists()) {
      Sql.update(
          connection,
          "INSERT INTO fram.guard (state) VALUES ('CLOSED') ON DUPLICATE KEY UPDATE state ="
              + " 'CLOSED'");
    }
  }

  /** Lets the application write. Idempotent. */
  public void open() throws SQLException {
    if (!exists() || state().isEmpty()) {
      return;
    }
    set("OFF");
    Sql.run(connection, "UPDATE fram.guard SET state = 'OPEN'");
  }

  /** Whether the guard was installed and stands. */
  public boolean closed() throws SQLException {
    return exists() && state().filter("CLOSED"::equals).isPresent() && isReadOnly(connection);
  }

  private Optional<String> state() throws SQLException {
    return Sql.first(connection, "SELECT state FROM fram.guard", row -> row.getString(1));
  }

  private boolean exists() throws SQLException {
    return Sql.number(
            connection,
            "SELECT COUNT(*) FROM information_schema.TABLES"
                + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME = 'guard'")
        > 0;
  }

  /** Where the server cannot keep it beyond a restart, {@link #close} is called again. */
  private void set(String value) throws SQLException {
    readOnly(connection, value);
  }

  static boolean isReadOnly(Connection connection) throws SQLException {
    return Sql.number(connection, "SELECT @@global.read_only <> 0") > 0;
  }

  /** Beyond a restart where the server knows how. */
  public static void readOnly(Connection connection, String value) throws SQLException {
    if (Connector.version(connection).isMariaDb()) {
      Sql.run(connection, "SET GLOBAL read_only = " + value);
      return;
    }
    if (value.equals("OFF")) {
      Sql.run(connection, "SET GLOBAL super_read_only = OFF");
      Sql.run(connection, "SET GLOBAL read_only = OFF");
      tryPersist(connection, "RESET PERSIST IF EXISTS super_read_only");
      tryPersist(connection, "RESET PERSIST IF EXISTS read_only");
    } else {
      Sql.run(connection, "SET GLOBAL read_only = ON");
      tryPersist(connection, "SET PERSIST_ONLY read_only = ON");
    }
  }

  private static void tryPersist(Connection connection, String sql) throws SQLException {
    try {
      Sql.run(connection, sql);
    } catch (SQLException e) {
      // 1193, 1238, 3615: this server, or a managed one, keeps nothing; a restart is seen to.
      if (SqlErrors.code(e) != ErrorCode.PRIVILEGE_MISSING
          && e.getErrorCode() != 1193
          && e.getErrorCode() != 1238
          && e.getErrorCode() != 3615) {
        throw e;
      }
    }
  }
}
