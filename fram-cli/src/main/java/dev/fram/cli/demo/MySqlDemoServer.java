// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.demo;

import dev.fram.api.model.Endpoint;
import dev.fram.testkit.comparison.MySqlTables;
import dev.fram.testkit.server.Durability;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.workload.WorkloadSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.Map;

/**
 * MySQL or MariaDB; all databases of the user are migrated.
 *
 * @param server the running server
 */
record MySqlDemoServer(MySqlServer server) implements DemoServer {
  private static final String ALL_DATABASES = "";

  /** All but the event: it fires on the target before the proof has looked at it. */
  private static final EnumSet<WorkloadSchema.Part> PARTS =
      EnumSet.complementOf(EnumSet.of(WorkloadSchema.Part.EVENTS));

  static DemoServer start(MySqlVersion version) {
    return new MySqlDemoServer(
        MySqlServer.plan(version)
            .durability(Durability.DURABLE)
            .setting("local_infile", "ON")
            .start());
  }

  @Override
  public int port() {
    return server.port();
  }

  @Override
  public Endpoint endpoint() {
    return server.endpoint(ALL_DATABASES);
  }

  @Override
  public String uri() {
    return server.uri(ALL_DATABASES);
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
    return server.connect(ALL_DATABASES);
  }

  @Override
  public Connection snapshot() throws SQLException {
    Connection connection = connect();
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      statement.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
    }
    return connection;
  }

  @Override
  public void load(long rows) throws SQLException {
    try (Connection connection = connect()) {
      WorkloadSchema.create(connection, rows, PARTS);
    }
  }

  @Override
  public Map<String, String> contents(Connection connection) throws SQLException {
    return MySqlTables.digests(connection);
  }

  @Override
  public void close() {
    server.close();
  }
}
