// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.probe;

import dev.fram.api.model.Endpoint;
import dev.fram.api.traffic.ClientPath;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/**
 * The applications' way. Logs in as an ordinary client does, not as Fram's sessions do: a pooler
 * takes few start-up parameters, and in transaction pooling a session keeps nothing. Any thread.
 */
public final class PostgresClientPath implements ClientPath {
  private static final int STANDARD_PORT = 5432;
  private static final String SECONDS = "20";

  private final Endpoint path;
  private final Connector source;
  private final Connector target;

  public PostgresClientPath(Endpoint path, Connector source, Connector target) {
    this.path = path;
    this.source = source;
    this.target = target;
  }

  @Override
  public String name() {
    return path.display();
  }

  @Override
  public void prepare() {
    prepare(source, Side.SOURCE);
    prepare(target, Side.TARGET);
  }

  private void prepare(Connector server, Side side) {
    Connection connection = server.open("probe");
    try {
      ProbeTable.prepare(connection, side, path.user());
    } catch (SQLException e) {
      throw SqlErrors.translate(e, server.name(), "preparing the probe's table");
    } finally {
      Connector.abort(connection);
    }
  }

  @Override
  public Session connect() {
    try {
      return new ClientSession(DriverManager.getConnection(url(), properties()), name());
    } catch (SQLException e) {
      throw SqlErrors.translate(e, "probe " + name(), "connecting");
    }
  }

  private record ClientSession(Connection connection, String name) implements Session {
    @Override
    public void write() {
      try {
        Sql.run(connection, "UPDATE fram.probe SET number = number + 1");
      } catch (SQLException e) {
        throw SqlErrors.translate(e, "probe " + name, "writing");
      }
    }

    @Override
    public Side read() {
      try {
        return Side.valueOf(Sql.text(connection, "SELECT side FROM fram.probe"));
      } catch (SQLException e) {
        throw SqlErrors.translate(e, "probe " + name, "reading");
      }
    }

    @Override
    public void close() {
      Connector.abort(connection);
    }
  }

  private String url() {
    String host = path.host().indexOf(':') >= 0 ? "[" + path.host() + "]" : path.host();
    int port = path.port() == 0 ? STANDARD_PORT : path.port();
    String database = URLEncoder.encode(path.database(), StandardCharsets.UTF_8);
    return "jdbc:postgresql://" + host + ":" + port + "/" + database;
  }

  private Properties properties() {
    Properties properties = new Properties();
    properties.putAll(path.parameters());
    if (!path.user().isEmpty()) {
      properties.setProperty("user", path.user());
    }
    path.password().ifPresent(secret -> properties.setProperty("password", secret.reveal()));
    properties.setProperty("preferQueryMode", "simple");
    properties.setProperty("connectTimeout", SECONDS);
    properties.setProperty("socketTimeout", SECONDS);
    properties.setProperty("logServerErrorDetail", "false");
    return properties;
  }
}
