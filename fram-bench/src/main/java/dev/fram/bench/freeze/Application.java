// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.freeze;

import dev.fram.bench.data.BenchArena;
import dev.fram.bench.data.DataSet;
import dev.fram.bench.data.MySqlArena;
import dev.fram.bench.data.PostgresArena;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;

/** The application's account, which both servers have, and its way to a database. */
final class Application {
  static final String USER = "app";
  static final String PASSWORD = "of an application";

  private static final String ROLE = "CREATE ROLE %s LOGIN PASSWORD '%s'".formatted(USER, PASSWORD);
  private static final String GRANT =
      "GRANT ALL ON ALL TABLES IN SCHEMA public TO %1$s; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO %1$s"
          .formatted(USER);

  /** A full authentication of a newer kind without TLS would cost time that is not Fram's. */
  private static final String ACCOUNT =
      "SET sql_log_bin = 0; CREATE USER %1$s@'%%' IDENTIFIED WITH mysql_native_password BY '%2$s'; GRANT ALL ON %3$s.* TO %1$s@'%%'; DROP DATABASE IF EXISTS tools"
          .formatted(USER, PASSWORD, DataSet.DATABASE);

  private Application() {}

  /** One address that it may be told. */
  record Place(String url) {
    Connection connect() throws SQLException {
      Properties properties = new Properties();
      properties.setProperty("user", USER);
      properties.setProperty("password", PASSWORD);
      if (url.startsWith("jdbc:postgresql:")) {
        // In transaction pooling a statement that is prepared once is not there the next time.
        properties.setProperty("preferQueryMode", "simple");
        properties.setProperty("socketTimeout", "60");
      }
      return DriverManager.getConnection(url, properties);
    }
  }

  /** Makes the account and says where the database is, first and afterwards. */
  static List<Place> create(BenchArena arena) throws SQLException {
    return switch (arena) {
      case PostgresArena postgres -> {
        for (PostgresServer server : List.of(postgres.source(), postgres.target())) {
          server.execute("postgres", ROLE);
        }
        postgres.source().execute(DataSet.DATABASE, GRANT);
        yield List.of(
            new Place(postgres.source().jdbcUrl(DataSet.DATABASE)),
            new Place(postgres.target().jdbcUrl(DataSet.DATABASE)));
      }
      case MySqlArena mysql -> {
        for (MySqlServer server : List.of(mysql.source(), mysql.target())) {
          server.execute("", ACCOUNT);
        }
        yield List.of(
            new Place(mysql.source().jdbcUrl(DataSet.DATABASE)),
            new Place(mysql.target().jdbcUrl(DataSet.DATABASE)));
      }
    };
  }
}
