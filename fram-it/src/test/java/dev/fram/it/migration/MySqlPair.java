// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Secret;
import dev.fram.testkit.server.MySqlPlan;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.workload.SwitchableProvider;
import dev.fram.testkit.workload.WorkloadSchema;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The same of MySQL or MariaDB. A migration moves all databases and a hand-over closes the whole
 * server, so a test begins with {@link #fresh}, which makes both servers as new: one test at a time
 * uses a pair. There are three accounts on both servers: root, who owns the workload's objects;
 * Fram's own, which stays open when all others are locked; and the application's.
 */
final class MySqlPair implements Pair {
  private static final Map<String, MySqlPair> PAIRS = new TreeMap<>();
  private static final String FRAM = "fram";
  private static final String APPLICATION = "shop";
  private static final String PASSWORD = "for a test's own server";
  private static final String ALL_DATABASES = "";

  /** A child's Java does not compile far enough to encrypt quickly; FeedEdgesTest encrypts. */
  private static final Map<String, String> UNENCRYPTED = Map.of("ssl-mode", "DISABLED");

  private final MySqlServer source;
  private final MySqlServer target;

  private MySqlPair(MySqlServer source, MySqlServer target) {
    this.source = source;
    this.target = target;
  }

  /** A pair of the test's own, which it closes. */
  static MySqlPair open(MySqlVersion source, MySqlVersion target) {
    return open(source, target, Map.of());
  }

  /** The same of one version, with settings of both servers. */
  static MySqlPair alike(MySqlVersion version, Map<String, String> settings) {
    MySqlServer from = start(version, settings);
    try {
      return new MySqlPair(from, start(version, settings));
    } catch (RuntimeException e) {
      from.close();
      throw e;
    }
  }

  /** The same, with settings of the source server. */
  static MySqlPair open(MySqlVersion source, MySqlVersion target, Map<String, String> settings) {
    MySqlServer from = start(source, settings);
    try {
      return new MySqlPair(from, start(target, Map.of()));
    } catch (RuntimeException e) {
      from.close();
      throw e;
    }
  }

  /** Kept until the JVM ends. */
  static synchronized MySqlPair of(MySqlVersion source, MySqlVersion target) {
    return PAIRS.computeIfAbsent(source + ">" + target, key -> open(source, target));
  }

  /** The same of one version, with settings of both servers. */
  static synchronized MySqlPair of(MySqlVersion version, Map<String, String> settings) {
    return PAIRS.computeIfAbsent(version + "=" + settings, key -> alike(version, settings));
  }

  /** The same, with settings of the source server. */
  static synchronized MySqlPair of(
      MySqlVersion source, MySqlVersion target, Map<String, String> settings) {
    return PAIRS.computeIfAbsent(
        source + ">" + target + settings, key -> open(source, target, settings));
  }

  MySqlServer source() {
    return source;
  }

  MySqlServer target() {
    return target;
  }

  /** Both servers open, without a database of a user or of Fram; the accounts unlocked. */
  MySqlPair fresh() throws SQLException {
    for (MySqlServer server : List.of(source, target)) {
      try (Connection connection = administer(server)) {
        open(connection, server.version());
        for (String database : databases(connection)) {
          run(connection, "DROP DATABASE `" + database.replace("`", "``") + "`");
        }
        for (String host : list(connection, "SELECT host FROM mysql.user WHERE user = 'root'")) {
          run(connection, "ALTER USER root@'" + host + "' ACCOUNT UNLOCK");
        }
        run(connection, "ALTER USER " + APPLICATION + "@'%' ACCOUNT UNLOCK");
      }
    }
    return this;
  }

  /** Fresh servers, and the workload's tables with so many rows in the large one. */
  void load(long rows, Set<WorkloadSchema.Part> parts) throws SQLException {
    fresh();
    try (Connection root = source.connect(ALL_DATABASES)) {
      WorkloadSchema.create(root, rows, parts);
    }
  }

  /** A database is called the same on both sides; empty for all. */
  @Override
  public Endpoint sourceEndpoint(String database) {
    return endpoint(source, FRAM, database);
  }

  /** It is the migration that makes the database there. */
  @Override
  public Endpoint targetEndpoint(String database) {
    return endpoint(target, FRAM, ALL_DATABASES);
  }

  /** Where the application finds the workload's tables before the hand-over, with its login. */
  SwitchableProvider applicationOnSource() {
    return new SwitchableProvider(endpoint(source, APPLICATION, "app"));
  }

  SwitchableProvider applicationOnTarget() {
    return new SwitchableProvider(endpoint(target, APPLICATION, "app"));
  }

  /** With any login of the test's own, as an application does it. */
  static Connection connect(MySqlServer server, String user, String database) throws SQLException {
    return DriverManager.getConnection(server.jdbcUrl(database), user, PASSWORD);
  }

  /** With Fram's login, which gets in also after the hand-over; several statements in one. */
  static Connection administer(MySqlServer server) throws SQLException {
    return DriverManager.getConnection(server.jdbcUrl(ALL_DATABASES), FRAM, PASSWORD);
  }

  @Override
  public void close() {
    source.close();
    target.close();
  }

  private static Endpoint endpoint(MySqlServer server, String user, String database) {
    return new Endpoint(
        server.version().scheme(),
        server.host(),
        server.port(),
        user,
        database,
        UNENCRYPTED,
        Optional.of(new Secret(PASSWORD)));
  }

  private static MySqlServer start(MySqlVersion version, Map<String, String> settings) {
    MySqlPlan plan =
        MySqlServer.plan(version).setting("local_infile", "ON").setting("event_scheduler", "ON");
    if (version == MySqlVersion.V9_7) {
      // Its own new foreign keys leave rows behind where a deletion cascades over two levels.
      plan.setting("innodb_native_foreign_keys", "ON");
    }
    MySqlServer server = plan.settings(settings).start();
    try {
      server.execute(ALL_DATABASES, accounts(version));
      return server;
    } catch (SQLException e) {
      server.close();
      throw new IllegalStateException(e);
    }
  }

  private static String accounts(MySqlVersion version) {
    String sql =
        """
        CREATE USER fram@'%' IDENTIFIED BY '<password>';
        GRANT ALL ON *.* TO fram@'%' WITH GRANT OPTION;
        CREATE USER shop@'%' IDENTIFIED BY '<password>';
        GRANT ALL ON app.* TO shop@'%';
        """
            .replace("<password>", PASSWORD.replace("'", "''"));
    // After a commit without an answer it asks whether the transaction is prepared.
    return version.mariaDb() ? sql : sql + "GRANT XA_RECOVER_ADMIN ON *.* TO shop@'%';";
  }

  private static void open(Connection connection, MySqlVersion version) throws SQLException {
    if (!version.mariaDb()) {
      run(connection, "SET GLOBAL super_read_only = OFF");
      run(connection, "RESET PERSIST IF EXISTS read_only");
      run(connection, "RESET PERSIST IF EXISTS super_read_only");
      run(connection, "RESET PERSIST IF EXISTS event_scheduler");
    }
    run(connection, "SET GLOBAL read_only = OFF");
    run(connection, "SET GLOBAL event_scheduler = ON");
  }

  private static List<String> databases(Connection connection) throws SQLException {
    return list(
        connection,
        "SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN"
            + " ('mysql', 'sys', 'information_schema', 'performance_schema')");
  }

  private static List<String> list(Connection connection, String sql) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
