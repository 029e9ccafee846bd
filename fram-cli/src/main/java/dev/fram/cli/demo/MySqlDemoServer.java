// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.demo;

import dev.fram.api.model.Endpoint;
import dev.fram.testkit.comparison.MySqlTables;
import dev.fram.testkit.server.Durability;
import dev.fram.testkit.server.MySqlPlan;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.workload.WorkloadSchema;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Map;

/**
 * MySQL or MariaDB; all databases of the user are migrated. The application has an account of its
 * own on both servers: MariaDB's read_only does not bind administrators, and Fram's own account is
 * the one that it cannot lock.
 *
 * @param server the running server
 * @param applicationPassword what {@link #APPLICATION} logs in with
 */
record MySqlDemoServer(MySqlServer server, String applicationPassword) implements DemoServer {
  private static final String ALL_DATABASES = "";
  private static final String APPLICATION = "shop";

  /** All but the event: it fires on the target before the proof has looked at it. */
  private static final EnumSet<WorkloadSchema.Part> PARTS =
      EnumSet.complementOf(EnumSet.of(WorkloadSchema.Part.EVENTS));

  static DemoServer start(MySqlVersion version) {
    MySqlPlan plan =
        MySqlServer.plan(version).durability(Durability.DURABLE).setting("local_infile", "ON");
    if (version == MySqlVersion.V9_7) {
      // Its own new foreign keys leave rows behind where a deletion cascades over two levels.
      plan.setting("innodb_native_foreign_keys", "ON");
    }
    MySqlServer server = plan.start();
    try {
      byte[] random = new byte[16];
      new SecureRandom().nextBytes(random);
      MySqlDemoServer made = new MySqlDemoServer(server, HexFormat.of().formatHex(random));
      made.createAccount();
      return made;
    } catch (SQLException e) {
      server.close();
      throw DemoPair.unusable(server.uri(ALL_DATABASES), e);
    }
  }

  private void createAccount() throws SQLException {
    String account = "'" + APPLICATION + "'@'%'";
    server.execute(
        ALL_DATABASES, "CREATE USER " + account + " IDENTIFIED BY '" + applicationPassword + "'");
    server.execute(ALL_DATABASES, "GRANT ALL ON app.* TO " + account);
    if (!server.version().mariaDb()) {
      // After a commit without an answer it asks whether the transaction is prepared.
      server.execute(ALL_DATABASES, "GRANT XA_RECOVER_ADMIN ON *.* TO " + account);
    }
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
    return DriverManager.getConnection(
        server.jdbcUrl(ALL_DATABASES), APPLICATION, applicationPassword);
  }

  @Override
  public Connection administer() throws SQLException {
    return server.connect(ALL_DATABASES);
  }

  @Override
  public Connection snapshot() throws SQLException {
    Connection connection = administer();
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      statement.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
    }
    return connection;
  }

  @Override
  public void load(long rows) throws SQLException {
    try (Connection connection = administer()) {
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
