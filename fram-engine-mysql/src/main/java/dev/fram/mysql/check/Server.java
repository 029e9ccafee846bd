// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Grants;
import dev.fram.mysql.connection.ServerVersion;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** One of the two servers, with the session that the questions share. Owned by one thread. */
final class Server {
  private final Connector connector;
  private Optional<Connection> session = Optional.empty();
  private Optional<Grants> grants = Optional.empty();

  Server(Connector connector) {
    this.connector = connector;
  }

  /** {@code source db1:3306/shop}: messages begin with it. */
  String name() {
    return connector.name();
  }

  Connector connector() {
    return connector;
  }

  Connection connection() throws SQLException {
    if (session.isEmpty() || session.get().isClosed()) {
      session = Optional.of(connector.open("check"));
    }
    return session.get();
  }

  ServerVersion version() throws SQLException {
    return Connector.version(connection());
  }

  boolean mariaDb() throws SQLException {
    return version().isMariaDb();
  }

  /** A global variable; empty when this server does not have it. */
  Optional<String> setting(String name) throws SQLException {
    return Sql.variable(connection(), name);
  }

  long numberSetting(String name) throws SQLException {
    return setting(name).map(Long::parseLong).orElse(0L);
  }

  /** Whether a variable that is ON or OFF is ON. */
  boolean isOn(String name) throws SQLException {
    return setting(name).filter(value -> value.equals("ON") || value.equals("1")).isPresent();
  }

  long number(String sql, Object... values) throws SQLException {
    return Sql.number(connection(), sql, values);
  }

  String text(String sql, Object... values) throws SQLException {
    return Sql.text(connection(), sql, values);
  }

  List<String> texts(String sql, Object... values) throws SQLException {
    return Sql.list(connection(), sql, row -> row.getString(1), values);
  }

  /** What Fram's login may do. */
  Grants grants() throws SQLException {
    if (grants.isEmpty()) {
      grants = Optional.of(Grants.read(connection()));
    }
    return grants.get();
  }

  /** The login as a statement wants it. */
  String login() throws SQLException {
    String user = text("SELECT CURRENT_USER()");
    int at = user.lastIndexOf('@');
    return "'" + user.substring(0, at) + "'@'" + user.substring(at + 1) + "'";
  }

  /**
   * Tries a question that only reads.
   *
   * @return why it failed; empty when it did not
   */
  Optional<SQLException> attempt(String sql) throws SQLException {
    Connection connection = connection();
    try {
      Sql.list(connection, sql, row -> 0);
      return Optional.empty();
    } catch (SQLException e) {
      return Optional.of(e);
    }
  }

  void close() throws SQLException {
    if (session.isPresent()) {
      session.get().close();
      session = Optional.empty();
    }
  }
}
