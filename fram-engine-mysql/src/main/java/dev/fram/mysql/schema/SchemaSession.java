// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Sessions of one server for reading or making its schema, one per call, with settings under which
 * SHOW CREATE is complete and what it printed means the same again. Usable from any thread.
 */
final class SchemaSession {
  private static final int TRIES = 6;
  private static final int UNKNOWN_VARIABLE = 1193;
  private static final int WRONG_VALUE = 1231;

  /**
   * Without a substitute for an engine that is missing: that must be an error. Dates that the
   * source allows in defaults are allowed.
   */
  static final String SQL_MODE = "NO_ENGINE_SUBSTITUTION,ALLOW_INVALID_DATES";

  /** Settings that not every server has, or lets everybody set; each with what it would spoil. */
  private static final List<String> WHERE_POSSIBLE =
      List.of(
          // A timestamp without a default would get one.
          "explicit_defaults_for_timestamp = 1",
          // A table without a key could not be made, or would get one.
          "sql_require_primary_key = 0",
          "sql_generate_invisible_primary_key = 0",
          // Since 8.4 a foreign key onto part of a key is refused unless told otherwise.
          "restrict_fk_on_non_standard_key = 0",
          // The key that the server gave a table would not be shown.
          "show_gipk_in_create_table_and_information_schema = 1",
          "show_create_table_skip_secondary_engine = 0",
          "show_create_table_verbosity = 0",
          "information_schema_stats_expiry = 0",
          // Hashes hold bytes that no character set has.
          "print_identified_with_as_hex = 1");

  private final Connector connector;

  SchemaSession(Connector connector) {
    this.connector = connector;
  }

  /** What is done with the session. */
  @FunctionalInterface
  interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  String name() {
    return connector.name();
  }

  Connector connector() {
    return connector;
  }

  /** Runs work on a session of its own, in auto-commit mode. */
  <T> T with(String doing, Work<T> work) {
    Connection connection = connector.open("schema");
    try (connection) {
      prepare(connection);
      return work.run(connection);
    } catch (SQLException e) {
      throw translate(e, doing);
    }
  }

  /** As {@link #with}; the first statement is that this run is still the one that may write. */
  <T> T fenced(long epoch, String doing, Work<T> work) {
    return with(
        doing,
        connection -> {
          checkEpoch(connection, epoch);
          return work.run(connection);
        });
  }

  /** As {@link #fenced}, again when a lock was not to be had: the work may be done twice. */
  <T> T insisting(long epoch, String doing, Work<T> work) {
    return insisting(
        doing,
        connection -> {
          checkEpoch(connection, epoch);
          return work.run(connection);
        });
  }

  /** The same on a server whose fence is another one: the work looks at it first. */
  <T> T insisting(String doing, Work<T> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        return with(
            doing,
            connection -> {
              Sql.run(connection, "SET SESSION lock_wait_timeout = 5");
              return work.run(connection);
            });
      } catch (FramException e) {
        boolean busy =
            e.code() == ErrorCode.LOCK_TIMEOUT || e.code() == ErrorCode.SERIALIZATION_CONFLICT;
        if (!busy || attempt == TRIES) {
          throw e;
        }
      }
    }
  }

  /** DDL commits by itself, so that nothing can be undone: asked as late as possible. */
  void checkEpoch(Connection connection, long epoch) throws SQLException {
    boolean ours =
        Sql.number(connection, "SELECT count(*) FROM fram.migration WHERE epoch = ?", epoch) > 0;
    if (!ours) {
      throw new FramException(
          ErrorCode.FENCED,
          name() + ": another run has taken over (epoch " + epoch + " is over).",
          "Let the other run go on; fram status shows it.");
    }
  }

  private static void prepare(Connection connection) throws SQLException {
    restore(connection);
    Sql.run(connection, "SET SESSION foreign_key_checks = 0, sql_quote_show_create = 1");
    for (String setting : WHERE_POSSIBLE) {
      setWherePossible(connection, setting);
    }
  }

  /** Puts back what an object's own settings have replaced. */
  static void restore(Connection connection) throws SQLException {
    Sql.run(connection, "SET NAMES utf8mb4");
    Sql.run(connection, "SET SESSION sql_mode = '" + SQL_MODE + "', time_zone = '+00:00'");
  }

  static void setWherePossible(Connection connection, String setting) throws SQLException {
    try {
      Sql.run(connection, "SET SESSION " + setting);
    } catch (SQLException e) {
      boolean absent = e.getErrorCode() == UNKNOWN_VARIABLE || e.getErrorCode() == 1238;
      if (!absent && SqlErrors.code(e) != ErrorCode.PRIVILEGE_MISSING) {
        throw e;
      }
    }
  }

  /** Adds one mode, unless the server does not know it. */
  static void setMode(Connection connection, String mode) throws SQLException {
    try {
      Sql.run(connection, "SET SESSION sql_mode = CONCAT(@@sql_mode, ',', '" + mode + "')");
    } catch (SQLException e) {
      if (e.getErrorCode() != WRONG_VALUE) {
        throw e;
      }
    }
  }

  /** Runs a statement that a server printed: nothing in it is the driver's to interpret. */
  static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(sql);
    }
  }

  static void use(Connection connection, String database) throws SQLException {
    Sql.run(connection, "USE " + Quoting.identifier(database));
  }

  /** What the number means; anything the connection is not to blame for is the schema's fault. */
  FramException translate(SQLException e, String doing) {
    FramException translated = SqlErrors.translate(e, name(), doing);
    return switch (translated.category()) {
      case BUG, DIVERGENCE ->
          new FramException(
              ErrorCode.SCHEMA_TRANSFER_FAILED,
              translated.seen(),
              "Correct what the server names, then run the same command again.",
              e);
      case FAILED, USAGE, PRECONDITION, TRANSIENT, HELD, UNKNOWN_OUTCOME -> translated;
    };
  }
}
