// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.journal.JournalSchema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import org.postgresql.util.PSQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs scripts of many statements on a server, each call in one transaction. The simple protocol
 * hands a script to the server whole: the server's own parser finds where a statement ends, nothing
 * here ever looks for a semicolon. Usable from any thread; a few sessions are kept for the next
 * caller (thousands of small indexes would spend their time on logins) and end with the connector.
 */
final class TargetScript {
  private static final Logger LOG = LoggerFactory.getLogger(TargetScript.class);
  private static final int KEPT_SESSIONS = 8;
  private static final int ALIVE_SECONDS = 5;

  private final Connector connector;
  private final BlockingDeque<Connection> kept = new LinkedBlockingDeque<>(KEPT_SESSIONS);

  TargetScript(Connector connector) {
    this.connector = connector;
  }

  /** Work inside the transaction. */
  @FunctionalInterface
  interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  String name() {
    return connector.name();
  }

  /** Runs work in one transaction. */
  <T> T transaction(String doing, Work<T> work) {
    Connection connection = session();
    try {
      connection.setAutoCommit(false);
      T result = work.run(connection);
      connection.commit();
      connection.setAutoCommit(true);
      keep(connection);
      return result;
    } catch (SQLException e) {
      discard(connection);
      throw translate(e, doing);
    } catch (RuntimeException e) {
      discard(connection);
      throw e;
    }
  }

  /** Waits for the rollback: whoever looks next finds nothing of it. */
  private static void discard(Connection connection) {
    try (connection) {
      connection.rollback();
    } catch (SQLException e) {
      LOG.debug("a session broke: {}", SqlErrors.message(e));
      Connector.abort(connection);
    }
  }

  private Connection session() {
    Optional<Connection> idle = Optional.ofNullable(kept.pollFirst());
    while (idle.isPresent()) {
      if (alive(idle.get())) {
        return idle.get();
      }
      Connector.abort(idle.get());
      idle = Optional.ofNullable(kept.pollFirst());
    }
    return connector.openScript("schema");
  }

  private static boolean alive(Connection connection) {
    try {
      return connection.isValid(ALIVE_SECONDS);
    } catch (SQLException e) {
      return false;
    }
  }

  /** A script changes the session's settings: they are put back before anybody else gets it. */
  private void keep(Connection connection) {
    try {
      Connector.reset(connection);
      if (!kept.offerFirst(connection)) {
        connection.close();
      }
    } catch (SQLException e) {
      Connector.abort(connection);
      LOG.debug("a session was not kept: {}", SqlErrors.message(e));
    }
  }

  /**
   * Runs work in a transaction that is checked against the epoch: at its start, to say so early;
   * and with a lock at its end, which makes it safe. A lock for all its time would let a run that
   * hangs keep the next one from taking over.
   */
  <T> T fenced(long epoch, String doing, Work<T> work) {
    return transaction(
        doing,
        connection -> {
          checkEpoch(connection, epoch, "SELECT 1 FROM fram.migration WHERE epoch = ?");
          T result = work.run(connection);
          checkEpoch(connection, epoch, JournalSchema.CHECK_EPOCH);
          return result;
        });
  }

  /** Runs a script on an open connection; an empty one is nothing. */
  static void run(Connection connection, String script) throws SQLException {
    if (script.isEmpty()) {
      return;
    }
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(script);
      // A script may have changed what the rest of the transaction relies on.
      statement.execute("SET search_path = pg_catalog");
    }
  }

  private void checkEpoch(Connection connection, long epoch, String query) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setLong(1, epoch);
      try (ResultSet rows = statement.executeQuery()) {
        if (!rows.next()) {
          throw new FramException(
              ErrorCode.FENCED,
              name() + ": another run has taken over (epoch " + epoch + " is over).",
              "Nothing was changed by this run; fram status shows the other one.");
        }
      }
    }
  }

  /** What the SQLSTATE means; anything the connection is not to blame for is the schema's fault. */
  FramException translate(SQLException e, String doing) {
    FramException translated = SqlErrors.translate(e, name(), doing);
    return switch (translated.category()) {
      case BUG, DIVERGENCE ->
          new FramException(
              ErrorCode.SCHEMA_TRANSFER_FAILED,
              translated.seen() + place(e),
              "Correct what the server names, then run the same command again.",
              e);
      case FAILED, USAGE, PRECONDITION, TRANSIENT, HELD, UNKNOWN_OUTCOME -> translated;
    };
  }

  /** The server's own words on where in the script it stopped (function bodies and the like). */
  private static String place(SQLException e) {
    if (e instanceof PSQLException postgres && postgres.getServerErrorMessage() != null) {
      String where = postgres.getServerErrorMessage().getWhere();
      return where == null ? "" : " (" + where.replace('\n', ' ') + ")";
    }
    return "";
  }
}
