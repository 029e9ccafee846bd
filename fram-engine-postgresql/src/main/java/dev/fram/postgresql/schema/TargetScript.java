// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.journal.JournalSchema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import org.postgresql.util.PSQLException;

/**
 * Runs scripts of many statements on a server, each call in one transaction on a connection of its
 * own (scripts change the session's settings). The simple protocol hands a script to the server
 * whole: the server's own parser finds where a statement ends, nothing here ever looks for a
 * semicolon. Usable from any thread.
 */
final class TargetScript {
  private final Connector plain;
  private final Connector simple;

  TargetScript(Connector connector) {
    this.plain = connector;
    Endpoint endpoint = connector.endpoint();
    Map<String, String> parameters = new LinkedHashMap<>(endpoint.parameters());
    parameters.put("preferQueryMode", "simple");
    String role = connector.name().substring(0, connector.name().indexOf(' '));
    this.simple =
        new Connector(
            new Endpoint(
                endpoint.scheme(),
                endpoint.host(),
                endpoint.port(),
                endpoint.user(),
                endpoint.database(),
                parameters,
                endpoint.password()),
            role);
  }

  /** Work inside the transaction. */
  @FunctionalInterface
  interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  String name() {
    return plain.name();
  }

  /** Runs work in one transaction. */
  <T> T transaction(String doing, Work<T> work) {
    try (Connection connection = simple.open("schema")) {
      connection.setAutoCommit(false);
      T result = work.run(connection);
      connection.commit();
      return result;
    } catch (SQLException e) {
      throw translate(e, doing);
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
