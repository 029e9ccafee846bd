// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.measure;

import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.Engine;
import dev.fram.api.model.Endpoint;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** Two small servers of one product, kept until the tests are over. */
final class ServerPair {
  private static final Map<Product, ServerPair> PAIRS = new EnumMap<>(Product.class);

  private final Product product;
  private final List<AutoCloseable> servers;
  private final Endpoint source;
  private final Endpoint target;

  enum Product {
    POSTGRESQL,
    MYSQL,
    MARIADB
  }

  private ServerPair(
      Product product, List<AutoCloseable> servers, Endpoint source, Endpoint target) {
    this.product = product;
    this.servers = servers;
    this.source = source;
    this.target = target;
  }

  static synchronized ServerPair of(Product product) {
    return PAIRS.computeIfAbsent(
        product,
        wanted ->
            switch (wanted) {
              case POSTGRESQL -> postgres();
              case MYSQL -> mysql(wanted, MySqlVersion.V8_0);
              case MARIADB -> mysql(wanted, MySqlVersion.MARIADB_11_4);
            });
  }

  static synchronized void closeAll() {
    PAIRS.values().stream().flatMap(pair -> pair.servers.stream()).forEach(ServerPair::close);
    PAIRS.clear();
  }

  private static void close(AutoCloseable server) {
    try {
      server.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static ServerPair postgres() {
    PostgresServer source =
        PostgresServer.plan(PostgresVersion.V15).setting("autovacuum", "off").start();
    PostgresServer target = PostgresServer.plan(PostgresVersion.V18).start();
    try {
      source.createDatabase("shop");
      target.createDatabase("shop");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return new ServerPair(
        Product.POSTGRESQL,
        List.of(source, target),
        source.endpoint("shop"),
        target.endpoint("shop"));
  }

  private static ServerPair mysql(Product product, MySqlVersion version) {
    MySqlServer source = MySqlServer.plan(version).start();
    MySqlServer target = MySqlServer.plan(version).setting("local_infile", "ON").start();
    return new ServerPair(
        product, List.of(source, target), source.endpoint(""), target.endpoint(""));
  }

  Engine engine() {
    return ServiceLoader.load(Engine.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(engine -> engine.schemes().contains(source.scheme()))
        .findFirst()
        .orElseThrow();
  }

  Endpoint source() {
    return source;
  }

  Endpoint target() {
    return target;
  }

  /** A table with an index on the source, once. */
  void load() throws SQLException {
    boolean postgres = product == Product.POSTGRESQL;
    if (!postgres) {
      run(source, "CREATE DATABASE IF NOT EXISTS shop");
    }
    String name = postgres ? "public.item" : "shop.item";
    run(source, "CREATE TABLE IF NOT EXISTS " + name + " (id int PRIMARY KEY, name varchar(200))");
    if (one(source, "SELECT count(*) FROM " + name).equals("0")) {
      String rows =
          postgres
              ? "SELECT g, repeat('x', 150) FROM generate_series(1, 900) g"
              : "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)"
                  + " SELECT i, REPEAT('x', 150) FROM n";
      run(source, "INSERT INTO " + name + " " + rows);
      run(source, "CREATE INDEX item_name ON " + name + " (name)");
      run(source, (postgres ? "VACUUM ANALYZE " : "ANALYZE TABLE ") + name);
    }
  }

  /** A statement on the source. */
  void run(String sql) throws SQLException {
    run(source, sql);
  }

  /** Its first value; an empty text where it has none. */
  String onTarget(String sql) throws SQLException {
    try (Connection connection = connect(target);
        Statement statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return "";
      }
      try (ResultSet rows = statement.getResultSet()) {
        rows.next();
        return String.valueOf(rows.getString(1));
      }
    }
  }

  /** Whether the target waits for its disk at a commit. */
  void forceTargetLog(boolean forced) throws SQLException {
    if (product == Product.POSTGRESQL) {
      String wanted = forced ? "on" : "off";
      onTarget("ALTER SYSTEM SET fsync = " + wanted);
      onTarget("SELECT pg_reload_conf()");
      await().until(() -> onTarget("SHOW fsync").equals(wanted));
    } else {
      onTarget("SET GLOBAL sync_binlog = " + (forced ? 1 : 0));
    }
  }

  /** Where the target's log ends, as a number of bytes. */
  long targetLogBytes() throws SQLException {
    return Long.parseLong(
        product == Product.POSTGRESQL
            ? onTarget("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")
            : list(target, "SHOW MASTER STATUS", 2).getFirst());
  }

  /** What tells whether anything was written. */
  String written(Endpoint server) throws SQLException {
    return switch (product) {
      case POSTGRESQL -> one(server, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text");
      case MYSQL -> one(server, "SELECT @@global.gtid_executed");
      case MARIADB -> one(server, "SELECT @@global.gtid_binlog_pos");
    };
  }

  List<String> schemas(Endpoint server) throws SQLException {
    return list(server, "SELECT schema_name FROM information_schema.schemata");
  }

  private static void run(Endpoint server, String sql) throws SQLException {
    try (Connection connection = connect(server);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String one(Endpoint server, String sql) throws SQLException {
    return list(server, sql).getFirst();
  }

  private static List<String> list(Endpoint server, String sql) throws SQLException {
    return list(server, sql, 1);
  }

  private static List<String> list(Endpoint server, String sql, int column) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = connect(server);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        found.add(rows.getString(column));
      }
    }
    return found;
  }

  private static Connection connect(Endpoint server) throws SQLException {
    boolean postgres = server.scheme().equals("postgresql");
    return DriverManager.getConnection(
        (postgres ? "jdbc:postgresql://" : "jdbc:mysql://")
            + server.host()
            + ":"
            + server.port()
            + "/"
            + server.database()
            + (postgres ? "" : "?sslMode=DISABLED&allowPublicKeyRetrieval=true"),
        server.user(),
        server.password().orElseThrow().reveal());
  }
}
