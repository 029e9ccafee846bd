// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * A real PostgreSQL server of our own on 127.0.0.1, gone when this process is. It listens for TCP
 * with a password (scram-sha-256), has {@code wal_level=logical}, and keeps its port over restarts.
 * Starting and stopping may be asked for by any thread, one at a time. It knows nothing of Fram.
 */
public final class PostgresServer implements AutoCloseable {
  private static final String USER = "postgres";

  private final PostgresProgram program;
  private final ServerLife life;
  private String password = "";

  PostgresServer(PostgresProgram program) {
    this.program = program;
    this.life = new ServerLife(program);
  }

  /** A server to be described further and then started. */
  public static ServerPlan plan(PostgresVersion version) {
    return new ServerPlan(version);
  }

  /**
   * A physical standby, hot and asynchronous. The primary is stopped for the copy of its data
   * folder (the embedded programs have no pg_basebackup) and started again.
   */
  public static PostgresServer standbyOf(PostgresServer primary) {
    try {
      ServerAccount account = primary.program.account();
      ServerHome home = ServerHome.temporary(PostgresProgram.TEMPORARY, Durability.RELAXED);
      PostgresProgram program = new PostgresProgram(primary.version(), account, home, Map.of());
      PostgresServer standby = new PostgresServer(program);
      try {
        primary.stop(StopMode.FAST);
        FolderCopy.copy(primary.dataFolder(), home.data());
        primary.start();
        home.writePassword(primary.password);
        program.configure(Map.of("primary_conninfo", primary.conninfo()));
        Files.createFile(home.data().resolve("standby.signal"));
        account.own(home.data());
        standby.begin();
        return standby;
      } catch (IOException | RuntimeException failed) {
        standby.close();
        throw failed;
      }
    } catch (IOException failed) {
      throw new ServerException("a standby could not be made: " + failed.getMessage(), failed);
    }
  }

  /** First start in a folder: gives a fresh cluster its own password. */
  synchronized void begin() throws IOException {
    password = program.home().password();
    life.begin();
    if (!Files.exists(dataFolder().resolve("standby.signal"))) {
      changePassword();
    }
  }

  /** Starts it again after a stop or a crash, on the same port. Nothing happens when it runs. */
  public void start() {
    life.start();
  }

  /** Stops it; a fast stop that takes over a minute becomes an immediate one. */
  public void stop(StopMode mode) {
    life.stop(mode.signal());
  }

  public void restart() {
    stop(StopMode.FAST);
    start();
  }

  /** Kills the postmaster and all its processes with SIGKILL, as a crash of the machine would. */
  public void kill9() {
    life.kill9();
  }

  public boolean running() {
    return life.running();
  }

  /** Writes settings into postgresql.conf; they count from the next reload or restart. */
  public synchronized void configure(Map<String, String> settings) {
    life.attempt("configure", () -> program.configure(settings));
  }

  /** The postmaster's process id. */
  public long pid() {
    return life.pid();
  }

  public PostgresVersion version() {
    return program.version();
  }

  public String host() {
    return "127.0.0.1";
  }

  public int port() {
    return life.port();
  }

  public String user() {
    return USER;
  }

  /** The password of {@link #user()}, made for this server. */
  public synchronized String password() {
    return password;
  }

  public Path dataFolder() {
    return program.home().data();
  }

  public Path logFile() {
    return program.home().log();
  }

  /** An endpoint as a user of Fram writes it: no password in it. */
  public String uri(String database) {
    return "postgresql://" + USER + "@" + host() + ":" + port() + "/" + database;
  }

  /** The same endpoint for a test inside this process, with the password. */
  public Endpoint endpoint(String database) {
    return new Endpoint(
        "postgresql",
        host(),
        port(),
        USER,
        database,
        Map.of(),
        Optional.of(new Secret(password())));
  }

  /** Host, port and database; user and password are given apart. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://" + host() + ":" + port() + "/" + database;
  }

  /** A new connection as the superuser; the caller closes it. */
  public Connection connect(String database) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", USER);
    properties.setProperty("password", password());
    return DriverManager.getConnection(jdbcUrl(database), properties);
  }

  public void createDatabase(String name) throws SQLException {
    execute("postgres", "CREATE DATABASE " + quoted(name));
  }

  /** Drops a database with every session that is still in it. */
  public void dropDatabase(String name) throws SQLException {
    execute("postgres", "DROP DATABASE IF EXISTS " + quoted(name) + " WITH (FORCE)");
  }

  /** Runs one statement, or several, by the simple protocol. */
  public void execute(String database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The end of the server's log. */
  public String logTail() {
    try {
      return program.home().logTail();
    } catch (IOException problem) {
      return "(" + problem + ")";
    }
  }

  /**
   * Stops it within seconds whatever its clients do, and removes its folder unless it was given.
   */
  @Override
  public void close() {
    life.close();
  }

  private void changePassword() throws IOException {
    String fresh = ServerTemplate.newPassword();
    try {
      execute("postgres", "ALTER ROLE " + USER + " PASSWORD '" + ScramVerifier.of(fresh) + "'");
    } catch (SQLException problem) {
      throw new IOException("the fresh server refused its first login", problem);
    }
    program.home().writePassword(fresh);
    password = fresh;
  }

  private String conninfo() {
    return "host=127.0.0.1 port=" + port() + " user=" + USER + " password=" + password;
  }

  private static String quoted(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }
}
