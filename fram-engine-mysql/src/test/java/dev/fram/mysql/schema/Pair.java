// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.engine.ObjectFact;
import dev.fram.api.engine.SchemaOption;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.Secret;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.inventory.MySqlInventory;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.suite.SharedServers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Two real servers without any user's database or account; servers are shared by all tests of this
 * process. Only the schema's own state and the epoch are on the target, as the journal makes it.
 */
final class Pair implements AutoCloseable {
  private final MySqlServer sourceServer;
  private final MySqlServer targetServer;
  private final List<Connector> opened = new ArrayList<>();

  private Pair(MySqlServer source, MySqlServer target) {
    this.sourceServer = source;
    this.targetServer = target;
  }

  /** A pair named {@code V8_0-V9_7}. */
  static Pair of(String versions) throws SQLException {
    String[] names = versions.split("-", -1);
    Pair pair = new Pair(server("source", names[0]), server("target", names[1]));
    pair.clear();
    pair.target(
        "CREATE DATABASE fram;;"
            + " CREATE TABLE fram.migration (epoch bigint NOT NULL);;"
            + " INSERT INTO fram.migration VALUES (1)");
    return pair;
  }

  private static MySqlServer server(String role, String version) {
    return SharedServers.mySql(
        "schema " + role + version, () -> MySqlServer.plan(MySqlVersion.valueOf(version)).start());
  }

  /** The fixture of this pair's product. */
  String everything() throws IOException {
    String name = sourceServer.version().mariaDb() ? "mariadb" : "mysql";
    return resource("/schema/everything.sql") + resource("/schema/" + name + ".sql");
  }

  private static String resource(String name) throws IOException {
    try (InputStream script = Pair.class.getResourceAsStream(name)) {
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  boolean mariaDb() {
    return sourceServer.version().mariaDb();
  }

  MySqlSchemaTransfer transfer(SchemaOption... options) {
    return transfer(Scope.all(), options);
  }

  MySqlSchemaTransfer transfer(Scope scope, SchemaOption... options) {
    return new MySqlSchemaTransfer(
        connector(sourceServer, "source"),
        connector(targetServer, "target"),
        new Catalog(scope, List.of()),
        Set.copyOf(Arrays.asList(options)));
  }

  /** With everything that the user may ask for. */
  List<ObjectFact> sourceObjects() {
    return sourceObjects(Scope.all());
  }

  List<ObjectFact> sourceObjects(Scope scope) {
    return MySqlInventory.ofSource(
            connector(sourceServer, "source"),
            new Catalog(scope, List.of()),
            scope,
            Set.of(SchemaOption.WITH_USERS))
        .read();
  }

  List<ObjectFact> targetObjects() {
    return MySqlInventory.ofTarget(
            connector(targetServer, "target"), new Catalog(Scope.all(), List.of()))
        .read();
  }

  private Connector connector(MySqlServer server, String role) {
    Connector connector = new Connector(server.endpoint(""), role);
    opened.add(connector);
    return connector;
  }

  Connection onSource() throws SQLException {
    return open(sourceServer);
  }

  Connection onTarget() throws SQLException {
    return open(targetServer);
  }

  // MariaDB's own driver refuses every other character set than UTF-8.
  private static Connection open(MySqlServer server) throws SQLException {
    Connection connection = new Connector(server.endpoint(""), "test").open("test");
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET NAMES utf8mb4");
    }
    return connection;
  }

  void source(String script) throws SQLException {
    try (Connection connection = onSource()) {
      run(connection, script);
    }
  }

  void target(String script) throws SQLException {
    try (Connection connection = onTarget()) {
      run(connection, script);
    }
  }

  /** Statements are separated by two semicolons: bodies hold single ones. */
  private static void run(Connection connection, String script) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      for (String sql : script.split(";;", -1)) {
        if (!sql.isBlank()) {
          statement.execute(sql.strip());
        }
      }
    }
  }

  String sourceValue(String sql) throws SQLException {
    try (Connection connection = onSource()) {
      return value(connection, sql);
    }
  }

  String targetValue(String sql) throws SQLException {
    try (Connection connection = onTarget()) {
      return value(connection, sql);
    }
  }

  private static String value(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? String.valueOf(rows.getString(1)) : "";
    }
  }

  /** Whether an account may log in on the target from here. */
  boolean targetLogin(String user, String password) {
    Endpoint as =
        new Endpoint(
            targetServer.version().scheme(),
            targetServer.host(),
            targetServer.port(),
            user,
            "",
            Map.of(),
            Optional.of(new Secret(password)));
    try (Connection connection = new Connector(as, "test").open("login")) {
      return connection.isValid(5);
    } catch (FramException refused) {
      if (refused.code() != ErrorCode.AUTHENTICATION_FAILED) {
        throw refused;
      }
      return false;
    } catch (SQLException closing) {
      throw new IllegalStateException(closing);
    }
  }

  List<String> sourceDump() throws SQLException {
    try (Connection connection = onSource()) {
      return SchemaDump.of(connection);
    }
  }

  List<String> targetDump() throws SQLException {
    try (Connection connection = onTarget()) {
      return SchemaDump.of(connection);
    }
  }

  private void clear() throws SQLException {
    for (MySqlServer server : List.of(sourceServer, targetServer)) {
      try (Connection connection = server.connect("")) {
        SchemaDump.clear(connection);
      }
    }
  }

  @Override
  public void close() {
    opened.forEach(Connector::closeAll);
  }
}
