// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.cli;

import dev.fram.testkit.server.Durability;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.tools.PgTools;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Two servers of one product that force their logs, as in production. */
sealed interface ForecastServers extends AutoCloseable {
  /** Makes an empty database of this name and connects to it, on the source. */
  Connection source(String database) throws SQLException;

  /** A connection to it once it is there. */
  Connection connect(String database) throws SQLException;

  boolean postgres();

  /** Fram between the two. */
  Program program(Path folder, ForecastData data) throws SQLException;

  @Override
  void close();

  static ForecastServers start(String product) throws SQLException {
    return switch (product) {
      case "POSTGRESQL" -> new Postgres(postgresServer(), postgresServer());
      case "MYSQL" -> MySql.of(MySqlVersion.V8_0);
      case "MARIADB" -> MySql.of(MySqlVersion.MARIADB_11_4);
      default -> throw new IllegalArgumentException(product);
    };
  }

  private static PostgresServer postgresServer() {
    System.setProperty("fram.pg.bin", PgTools.atLeast(18).binFolder().toString());
    return PostgresServer.plan(PostgresVersion.V18)
        .durability(Durability.DURABLE)
        .setting("shared_buffers", "128MB")
        .start();
  }

  /** Both of PostgreSQL. */
  record Postgres(PostgresServer from, PostgresServer to) implements ForecastServers {
    @Override
    public Connection source(String database) throws SQLException {
      from.createDatabase(database);
      to.createDatabase(database);
      return from.connect(database);
    }

    @Override
    public Connection connect(String database) throws SQLException {
      return from.connect(database);
    }

    @Override
    public boolean postgres() {
      return true;
    }

    @Override
    public Program program(Path folder, ForecastData data) {
      return new Program(folder).servers(from, to, data.database());
    }

    @Override
    public void close() {
      from.close();
      to.close();
    }
  }

  /** Both of MySQL or MariaDB. */
  record MySql(MySqlServer from, MySqlServer to) implements ForecastServers {
    private static final String PASSWORD = "for-a-test-of-its-own";

    static MySql of(MySqlVersion version) throws SQLException {
      MySql pair = new MySql(start(version), start(version));
      for (MySqlServer server : new MySqlServer[] {pair.from, pair.to}) {
        server.execute("", "CREATE USER fram@'%' IDENTIFIED BY '" + PASSWORD + "'");
        server.execute("", "GRANT ALL ON *.* TO fram@'%' WITH GRANT OPTION");
      }
      return pair;
    }

    private static MySqlServer start(MySqlVersion version) {
      return MySqlServer.plan(version)
          .durability(Durability.DURABLE)
          .setting("innodb_buffer_pool_size", "128M")
          .setting("local_infile", "ON")
          .start();
    }

    @Override
    public Connection source(String database) throws SQLException {
      from.createDatabase(database);
      return from.connect(database);
    }

    @Override
    public Connection connect(String database) throws SQLException {
      return from.connect(database);
    }

    @Override
    public boolean postgres() {
      return false;
    }

    /** The cutover of the one before has closed them. */
    @Override
    public Program program(Path folder, ForecastData data) throws SQLException {
      for (MySqlServer server : new MySqlServer[] {from, to}) {
        open(server);
      }
      return new Program(folder)
          .with("FRAM_SOURCE", uri(from, data.database()))
          .with("FRAM_TARGET", uri(to, ""))
          .with("FRAM_SOURCE_PASSWORD", PASSWORD)
          .with("FRAM_TARGET_PASSWORD", PASSWORD)
          .with("FRAM_REVERSE_WINDOW", "none");
    }

    private static String uri(MySqlServer server, String database) {
      return server.version().scheme()
          + "://fram@127.0.0.1:"
          + server.port()
          + "/"
          + database
          + "?ssl-mode=DISABLED";
    }

    private static void open(MySqlServer server) throws SQLException {
      try (Connection connection =
              java.sql.DriverManager.getConnection(server.jdbcUrl(""), "fram", PASSWORD);
          Statement statement = connection.createStatement()) {
        if (!server.version().mariaDb()) {
          statement.execute("SET GLOBAL super_read_only = OFF");
          statement.execute("RESET PERSIST IF EXISTS read_only");
          statement.execute("RESET PERSIST IF EXISTS super_read_only");
        }
        statement.execute("SET GLOBAL read_only = OFF");
        for (String host : new String[] {"localhost", "%"}) {
          statement.execute("ALTER USER IF EXISTS root@'" + host + "' ACCOUNT UNLOCK");
        }
      }
    }

    @Override
    public void close() {
      from.close();
      to.close();
    }
  }
}
