// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/** One of the two servers, with the session that the questions share. Owned by one thread. */
final class Server {
  private final Connector connector;
  private Optional<Connection> session = Optional.empty();

  Server(Connector connector) {
    this.connector = connector;
  }

  /** {@code source db1:5432/shop}: messages begin with it. */
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

  /** {@code server_version_num}: 150019. */
  int versionNumber() throws SQLException {
    return (int) number("SELECT current_setting('server_version_num')::int");
  }

  int major() throws SQLException {
    return versionNumber() / 10_000;
  }

  /** A setting's value in its base unit; empty when this version does not have it. */
  Optional<String> setting(String name) throws SQLException {
    return Sql.first(
        connection(), "SELECT setting FROM pg_settings WHERE name = ?", r -> r.getString(1), name);
  }

  long numberSetting(String name) throws SQLException {
    return setting(name).map(Long::parseLong).orElse(0L);
  }

  long number(String sql, Object... values) throws SQLException {
    return Sql.number(connection(), sql, values);
  }

  String text(String sql, Object... values) throws SQLException {
    return Sql.text(connection(), sql, values);
  }

  boolean is(String sql, Object... values) throws SQLException {
    return Sql.text(connection(), sql, values).equals("t");
  }

  List<String> texts(String sql, Object... values) throws SQLException {
    return Sql.list(connection(), sql, row -> row.getString(1), values);
  }

  /**
   * Tries a statement and takes it back.
   *
   * @return why it failed; empty when it did not
   */
  Optional<SQLException> attempt(String sql) throws SQLException {
    Connection connection = connection();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL lock_timeout = '1s'");
      statement.execute(sql);
      return Optional.empty();
    } catch (SQLException e) {
      return Optional.of(e);
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  void close() throws SQLException {
    if (session.isPresent()) {
      session.get().close();
      session = Optional.empty();
    }
  }
}
