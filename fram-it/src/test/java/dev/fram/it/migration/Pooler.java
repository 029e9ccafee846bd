// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Secret;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.ProxyProgram;
import dev.fram.testkit.server.ProxyServer;
import dev.fram.testkit.workload.ConnectionProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * A PgBouncer in front of one database, as the application and as Fram see it. Its log says all.
 */
final class Pooler implements ConnectionProvider, AutoCloseable {
  static final String ALIAS = "app";
  private static final String USER = "pooled_shop";
  private static final String PASSWORD = "the same on both servers";
  private static final String ADMIN = "fram_admin";
  private static final String ADMIN_PASSWORD = "adm'in pässword";

  private final ProxyServer process = ProxyServer.of(ProxyProgram.PGBOUNCER);

  /** Leads to this database at first. */
  Pooler(Endpoint first, String mode) throws IOException {
    process.write(
        "users.txt",
        "\"%s\" \"%s\"\n\"%s\" \"%s\"\n".formatted(USER, PASSWORD, ADMIN, ADMIN_PASSWORD));
    Path file =
        process.write(
            "pgbouncer.ini",
            """
            ; kept as it is
            [databases]
            %s = host=%s port=%d dbname=%s   pool_size=8
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = %d
            unix_socket_dir =
            auth_type = scram-sha-256
            auth_file = %s
            admin_users = %s
            pool_mode = %s
            max_client_conn = 200
            ignore_startup_parameters = extra_float_digits
            """
                .formatted(
                    ALIAS,
                    first.host(),
                    first.port(),
                    first.database(),
                    process.port(),
                    process.file("users.txt"),
                    ADMIN,
                    mode));
    process.start(file.toString());
  }

  /** The entry of the section {@code traffic}. */
  String setting() throws IOException {
    Path password = process.file("admin-password");
    Files.writeString(password, ADMIN_PASSWORD + "\n");
    return ("{type: pgbouncer, admin: 'postgresql://%s@127.0.0.1:%d/pgbouncer', password-file:"
            + " '%s', databases: [%s], config: '%s'}")
        .formatted(ADMIN, process.port(), password, ALIAS, config());
  }

  /** The applications' address. */
  Endpoint endpoint() {
    return new Endpoint(
        "postgresql",
        "127.0.0.1",
        process.port(),
        USER,
        ALIAS,
        Map.of(),
        Optional.of(new Secret(PASSWORD)));
  }

  Path config() {
    return process.file("pgbouncer.ini");
  }

  ProxyServer process() {
    return process;
  }

  @Override
  public Connection connect() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", USER);
    properties.setProperty("password", PASSWORD);
    // In transaction pooling a statement that is prepared once is not there the next time.
    properties.setProperty("preferQueryMode", "simple");
    properties.setProperty("stringtype", "unspecified");
    properties.setProperty("socketTimeout", "120");
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + process.port() + "/" + ALIAS, properties);
  }

  @Override
  public void close() {
    process.close();
  }

  /** The application's account, as every server has it. */
  static void createAccount(PostgresServer server) throws SQLException {
    server.execute(
        "postgres",
        "DO $$ BEGIN CREATE ROLE "
            + USER
            + " LOGIN PASSWORD '"
            + PASSWORD
            + "'; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
  }

  /** All that pgbench and {@link Writers} do. */
  static void grantTables(PostgresServer server, String database) throws SQLException {
    server.execute(
        database,
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO %1$s;".formatted(USER)
            + "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO "
            + USER);
  }

  /** All that the workload does. */
  static void grant(PostgresServer server, String database) throws SQLException {
    server.execute(
        database,
        "GRANT USAGE ON SCHEMA app TO %1$s; GRANT ALL ON ALL TABLES IN SCHEMA app TO %1$s; GRANT ALL"
                .formatted(USER)
            + " ON ALL SEQUENCES IN SCHEMA app TO "
            + USER);
  }
}
