// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.probe;

import dev.fram.api.model.Endpoint;
import dev.fram.api.traffic.ClientPath;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The applications' way. Any thread. */
public final class MySqlClientPath implements ClientPath {
  private static final String LIMIT_MILLIS = "20000";

  private final Connector path;
  private final Connector source;
  private final Connector target;

  public MySqlClientPath(Endpoint path, Connector source, Connector target) {
    this.path = new Connector(limited(path), "probe");
    this.source = source;
    this.target = target;
  }

  /** A connection whose other end is gone must not count as one gap for ever. */
  private static Endpoint limited(Endpoint path) {
    Map<String, String> parameters = new LinkedHashMap<>(path.parameters());
    parameters.putIfAbsent("socketTimeout", LIMIT_MILLIS);
    return new Endpoint(
        path.scheme(),
        path.host(),
        path.port(),
        path.user(),
        path.database(),
        parameters,
        path.password());
  }

  @Override
  public String name() {
    return path.endpoint().display();
  }

  @Override
  public void prepare() {
    String account = account();
    prepare(source, Side.SOURCE, account);
    prepare(target, Side.TARGET, account);
  }

  /** Which of a user's accounts a login means depends on where it comes from: the server says. */
  private String account() {
    Connection connection = path.open("probe");
    try {
      return Sql.text(connection, "SELECT CURRENT_USER()");
    } catch (SQLException e) {
      throw SqlErrors.translate(e, path.name(), "asking for the account");
    } finally {
      Connector.abort(connection);
    }
  }

  private static void prepare(Connector server, Side side, String account) {
    Connection connection = server.open("probe");
    try {
      ProbeTable.prepare(connection, side, account);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, server.name(), "preparing the probe's table");
    } finally {
      Connector.abort(connection);
    }
  }

  @Override
  public Session connect() {
    return new ClientSession(path.open("probe"), path.name());
  }

  private record ClientSession(Connection connection, String name) implements Session {
    @Override
    public void write() {
      try {
        Sql.run(connection, "UPDATE fram.probe SET number = number + 1");
      } catch (SQLException e) {
        throw SqlErrors.translate(e, name, "writing");
      }
    }

    @Override
    public Side read() {
      try {
        return Side.valueOf(Sql.text(connection, "SELECT side FROM fram.probe"));
      } catch (SQLException e) {
        throw SqlErrors.translate(e, name, "reading");
      }
    }

    @Override
    public void close() {
      Connector.abort(connection);
    }
  }
}
