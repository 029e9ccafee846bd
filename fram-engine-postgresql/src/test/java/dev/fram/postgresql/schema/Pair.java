// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.engine.SchemaOption;
import dev.fram.api.model.Scope;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.journal.JournalTables;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.tools.PgTools;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A fresh database on each of two real servers. Servers are shared by all tests of this process and
 * end with it.
 */
public final class Pair implements AutoCloseable {
  private static final Map<String, PostgresServer> SERVERS = new ConcurrentHashMap<>();
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final PostgresServer sourceServer;
  private final PostgresServer targetServer;
  private final String database;

  private Pair(PostgresServer source, PostgresServer target, String database) {
    this.sourceServer = source;
    this.targetServer = target;
    this.database = database;
  }

  /** A pair named {@code 15-18}, with schema fram on the target. */
  public static Pair of(String versions) throws SQLException {
    return of(versions, "d " + NUMBER.incrementAndGet() + " \"; 😀");
  }

  static Pair of(String versions, String database) throws SQLException {
    String[] majors = versions.split("-", -1);
    System.setProperty("fram.pg.bin", PgTools.atLeast(18).binFolder().toString());
    PostgresServer source = server("source", Integer.parseInt(majors[0]));
    PostgresServer target = server("target", Integer.parseInt(majors[1]));
    source.createDatabase(database);
    target.createDatabase(database);
    Pair pair = new Pair(source, target, database);
    try (Connection connection = pair.onTarget()) {
      JournalTables.create(connection);
    }
    pair.target(
        "INSERT INTO fram.migration (id, source, scope, phase, evidence, epoch)"
            + " VALUES ('0123abcd', 's', '{}', 'PLANNED', '{}', 1)");
    return pair;
  }

  private static PostgresServer server(String role, int major) {
    return SERVERS.computeIfAbsent(
        role + major, key -> PostgresServer.plan(PostgresVersion.of(major)).start());
  }

  public PostgresServer sourceServer() {
    return sourceServer;
  }

  public PostgresServer targetServer() {
    return targetServer;
  }

  public Connector source() {
    return new Connector(sourceServer.endpoint(database), "source");
  }

  public Connector target() {
    return new Connector(targetServer.endpoint(database), "target");
  }

  public String database() {
    return database;
  }

  public Connection onSource() throws SQLException {
    return source().open("test");
  }

  public Connection onTarget() throws SQLException {
    return target().open("test");
  }

  PostgresSchemaTransfer transfer(SchemaOption... options) {
    return transfer(Scope.all(), options);
  }

  PostgresSchemaTransfer transfer(Scope scope, SchemaOption... options) {
    return new PostgresSchemaTransfer(
        source(), target(), scope, Set.copyOf(Arrays.asList(options)), connection -> {});
  }

  public void source(String sql) throws SQLException {
    script(sourceServer, sql);
  }

  public void target(String sql) throws SQLException {
    script(targetServer, sql);
  }

  /** The simple protocol: the driver's own splitting does not know every body of a function. */
  private void script(PostgresServer server, String sql) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", server.user());
    properties.setProperty("password", server.password());
    properties.setProperty("preferQueryMode", "simple");
    String name = URLEncoder.encode(database, StandardCharsets.UTF_8);
    try (Connection connection = DriverManager.getConnection(server.jdbcUrl(name), properties);
        Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(sql);
    }
  }

  public String sourceValue(String sql) throws SQLException {
    try (Connection connection = onSource()) {
      return value(connection, sql);
    }
  }

  public String targetValue(String sql) throws SQLException {
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

  List<String> sourceDump() throws IOException, InterruptedException {
    return dump(sourceServer);
  }

  List<String> targetDump() throws IOException, InterruptedException {
    return dump(targetServer);
  }

  private List<String> dump(PostgresServer server) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            PgTools.atLeast(18).pgDump().toString(),
            "--schema-only",
            "--exclude-schema=fram",
            "--restrict-key=none");
    builder.environment().put("PGHOST", server.host());
    builder.environment().put("PGPORT", String.valueOf(server.port()));
    builder.environment().put("PGUSER", server.user());
    builder.environment().put("PGPASSWORD", server.password());
    builder.environment().put("PGDATABASE", database);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("pg_dump failed");
    }
    return text.lines()
        .filter(line -> !line.startsWith("-- Dumped from database version"))
        .toList();
  }

  @Override
  public void close() throws SQLException {
    sourceServer.dropDatabase(database);
    targetServer.dropDatabase(database);
  }
}
