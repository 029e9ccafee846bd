// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.demo;

import dev.fram.api.model.Endpoint;
import dev.fram.testkit.server.Durability;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.workload.WorkloadSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/**
 * PostgreSQL with the demo's database.
 *
 * @param server the running server
 */
record PostgresDemoServer(PostgresServer server) implements DemoServer {
  private static final String DATABASE = "shop";

  static DemoServer start(PostgresVersion version) {
    PostgresServer server = PostgresServer.plan(version).durability(Durability.DURABLE).start();
    try {
      server.createDatabase(DATABASE);
      return new PostgresDemoServer(server);
    } catch (SQLException e) {
      server.close();
      throw DemoPair.unusable(server.uri(DATABASE), e);
    }
  }

  @Override
  public int port() {
    return server.port();
  }

  @Override
  public Endpoint endpoint() {
    return server.endpoint(DATABASE);
  }

  @Override
  public String uri() {
    return server.uri(DATABASE);
  }

  @Override
  public String user() {
    return server.user();
  }

  @Override
  public String password() {
    return server.password();
  }

  @Override
  public Connection connect() throws SQLException {
    return server.connect(DATABASE);
  }

  @Override
  public Connection administer() throws SQLException {
    return connect();
  }

  @Override
  public Connection snapshot() throws SQLException {
    Connection connection = connect();
    connection.setAutoCommit(false);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    connection.setReadOnly(true);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT 1");
    }
    return connection;
  }

  @Override
  public void load(long rows) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      WorkloadSchema.create(connection, rows);
      // `fram check` asks for this: without a key the server could not name a row in its log.
      statement.execute("ALTER TABLE app.no_columns REPLICA IDENTITY FULL");
    }
  }

  @Override
  public Map<String, String> contents(Connection connection) throws SQLException {
    return PostgresContents.read(connection);
  }

  @Override
  public void close() {
    server.close();
  }
}
