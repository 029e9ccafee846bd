// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.gate;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * One at a time opens or closes a server: neither can be had in one transaction here. What decides
 * who may is read while the turnstile is held, by the session that then acts; so a run that was
 * taken over finds the later run's epoch, or is waited for. Stateless.
 */
public final class Turnstile {
  private static final String TAKE = "SELECT GET_LOCK('fram opens or closes', 15)";
  private static final String GIVE = "DO RELEASE_LOCK('fram opens or closes')";

  private Turnstile() {}

  /** What is done while nobody else opens or closes the server. */
  @FunctionalInterface
  public interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  /**
   * Does it in a session of its own, which ends with it: a run that is stuck gives way when its
   * session is ended.
   *
   * @param doing for the message
   * @throws FramException LOCK_TIMEOUT when somebody else is at it
   */
  public static <T> T alone(Connector server, String doing, Work<T> work) {
    Connection session = server.open("opening or closing");
    try {
      if (Sql.number(session, TAKE) != 1) {
        throw new FramException(
            ErrorCode.LOCK_TIMEOUT,
            server.name() + ": another run of Fram opens or closes this server now.",
            "Let the other run go on, or end it.");
      }
      T done = work.run(session);
      Sql.run(session, GIVE);
      return done;
    } catch (SQLException e) {
      throw SqlErrors.translate(e, server.name(), doing);
    } finally {
      Connector.abort(session);
    }
  }
}
