// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * A real MySQL or MariaDB server of our own on 127.0.0.1, gone when this process is. Its {@code
 * root} has a password made for it, it writes a row binary log, and it keeps its port over
 * restarts. Starting and stopping may be asked for by any thread, one at a time. It knows nothing
 * of Fram.
 */
public final class MySqlServer implements AutoCloseable {
  private static final String USER = "root";

  private final MySqlProgram program;
  private final ServerLife life;
  private String password = "";

  MySqlServer(MySqlProgram program) {
    this.program = program;
    this.life = new ServerLife(program);
  }

  /** A server to be described further and then started. */
  public static MySqlPlan plan(MySqlVersion version) {
    return new MySqlPlan(version);
  }

  /** First start in a folder; the login shows that root has its password. */
  synchronized void begin() throws IOException {
    password = program.home().password();
    life.begin();
    try (Connection first = connect("")) {
      program.forgetFirstStart();
      assert !first.isClosed();
    } catch (SQLException problem) {
      throw new IOException("the fresh server refused its first login\n" + logTail(), problem);
    }
  }

  /** Starts it again after a stop or a crash, on the same port. Nothing happens when it runs. */
  public void start() {
    life.start();
  }

  /** Stops it in order; killed when that takes over a minute. */
  public void stop() {
    life.stop(program.stopSignal());
  }

  public void restart() {
    stop();
    start();
  }

  /** Kills it with SIGKILL: the next start recovers. */
  public void kill9() {
    life.kill9();
  }

  public boolean running() {
    return life.running();
  }

  /** Writes settings into the option file; they count from the next restart. */
  public synchronized void configure(Map<String, String> settings) {
    life.attempt("configure", () -> program.configure(settings));
  }

  public long pid() {
    return life.pid();
  }

  public MySqlVersion version() {
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
    return version().scheme() + "://" + USER + "@" + host() + ":" + port() + "/" + database;
  }

  /** The same endpoint for a test inside this process, with the password. */
  public Endpoint endpoint(String database) {
    return new Endpoint(
        version().scheme(),
        host(),
        port(),
        USER,
        database,
        Map.of(),
        Optional.of(new Secret(password())));
  }

  /** Host, port and database; user and password are given apart. */
  public String jdbcUrl(String database) {
    String options =
        version().mariaDb()
            ? "allowMultiQueries=true"
            : "allowMultiQueries=true&sslMode=DISABLED&allowPublicKeyRetrieval=true";
    return "jdbc:%s://%s:%d/%s?%s".formatted(version().scheme(), host(), port(), database, options);
  }

  /** A new connection as root; no database is chosen when its name is empty. The caller closes. */
  public Connection connect(String database) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", USER);
    properties.setProperty("password", password());
    return DriverManager.getConnection(jdbcUrl(database), properties);
  }

  public void createDatabase(String name) throws SQLException {
    execute("", "CREATE DATABASE " + quoted(name));
  }

  public void dropDatabase(String name) throws SQLException {
    execute("", "DROP DATABASE IF EXISTS " + quoted(name));
  }

  /** Runs one statement, or several. */
  public void execute(String database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The first column of the first row as text; empty for NULL and for no row. */
  public Optional<String> value(String database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
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

  private static String quoted(String identifier) {
    return '`' + identifier.replace("`", "``") + '`';
  }
}
