// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real PostgreSQL server of our own on 127.0.0.1, gone when this process is. It listens for TCP
 * with a password (scram-sha-256), has {@code wal_level=logical}, and keeps its port over restarts.
 * Starting and stopping may be asked for by any thread, one at a time. It knows nothing of Fram.
 */
public final class PostgresServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresServer.class);
  private static final String USER = "postgres";
  private static final int PORT_TRIES = 5;
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration FAST_LIMIT = Duration.ofSeconds(60);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

  private final PostgresVersion version;
  private final ServerAccount account;
  private final ServerHome home;
  private final Thread atExit;
  private Optional<ServerProcess> process = Optional.empty();
  private String password = "";
  private int port;

  PostgresServer(PostgresVersion version, ServerAccount account, ServerHome home) {
    this.version = version;
    this.account = account;
    this.home = home;
    this.atExit = Thread.ofPlatform().name("stop-postgres").unstarted(this::endAtExit);
    Runtime.getRuntime().addShutdownHook(atExit);
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
      ServerHome home = ServerPlan.temporaryHome();
      PostgresServer standby = new PostgresServer(primary.version, primary.account, home);
      try {
        primary.stop(StopMode.FAST);
        FolderCopy.copy(primary.home.data(), home.data());
        primary.start();
        home.writePassword(primary.password);
        home.configure(Map.of("primary_conninfo", primary.conninfo()));
        Files.createFile(home.data().resolve("standby.signal"));
        primary.account.own(home.data());
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

  /** First start in a folder: finds a port and gives a fresh cluster its own password. */
  synchronized void begin() throws IOException {
    password = home.password();
    for (int attempt = 1; process.isEmpty(); attempt++) {
      port = freePort();
      home.listenOn(port);
      try {
        launch();
      } catch (ServerException failed) {
        boolean taken = home.logTail().contains("Address already in use");
        if (!taken || attempt == PORT_TRIES) {
          throw failed;
        }
      }
    }
    if (!Files.exists(home.data().resolve("standby.signal"))) {
      changePassword();
    }
    LOG.info("PostgreSQL {} listens on 127.0.0.1:{}", version.artifact().release(), port);
  }

  /** Starts it again after a stop or a crash, on the same port. Nothing happens when it runs. */
  public synchronized void start() {
    if (!running()) {
      attempt("start", this::launch);
    }
  }

  /** Stops it; a fast stop that takes over a minute becomes an immediate one. */
  public synchronized void stop(StopMode mode) {
    attempt("stop", () -> end(mode, FAST_LIMIT));
  }

  public synchronized void restart() {
    stop(StopMode.FAST);
    start();
  }

  /** Kills the postmaster and all its processes with SIGKILL, as a crash of the machine would. */
  public synchronized void kill9() {
    attempt(
        "kill",
        () -> {
          if (process.isPresent()) {
            process.get().kill();
            process = Optional.empty();
          }
        });
  }

  public synchronized boolean running() {
    return process.isPresent() && process.get().alive();
  }

  /** Writes settings into postgresql.conf; they count from the next reload or restart. */
  public synchronized void configure(Map<String, String> settings) {
    attempt("configure", () -> home.configure(settings));
  }

  /** The postmaster's process id. */
  public synchronized long pid() {
    return process
        .orElseThrow(() -> new IllegalStateException("the server on " + port + " does not run"))
        .pid();
  }

  public PostgresVersion version() {
    return version;
  }

  public String host() {
    return "127.0.0.1";
  }

  public synchronized int port() {
    return port;
  }

  public String user() {
    return USER;
  }

  /** The password of {@link #user()}, made for this server. */
  public synchronized String password() {
    return password;
  }

  public Path dataFolder() {
    return home.data();
  }

  public Path logFile() {
    return home.log();
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
      return home.logTail();
    } catch (IOException problem) {
      return "(" + problem + ")";
    }
  }

  /**
   * Stops it within seconds whatever its clients do, and removes its folder unless it was given.
   */
  @Override
  public synchronized void close() {
    attempt(
        "close",
        () -> {
          end(StopMode.FAST, CLOSE_LIMIT);
          if (home.keep() == ServerHome.Keep.REMOVE) {
            FolderCopy.delete(home.folder());
          }
        });
    if (Thread.currentThread() != atExit) {
      forgetHook();
    }
  }

  private void forgetHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException goingDown) {
      LOG.debug("the process is ending anyway", goingDown);
    }
  }

  private void endAtExit() {
    try {
      close();
    } catch (RuntimeException problem) {
      LOG.warn("the server on port {} may be left", port, problem);
    }
  }

  private void launch() throws IOException {
    Path program = BinaryCache.programs(version, account).resolve("bin").resolve("postgres");
    ServerProcess started = ServerProcess.start(account, program, home);
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!home.ready(started.pid())) {
      if (!started.alive() || System.nanoTime() > deadline) {
        started.kill();
        throw new ServerException(
            "PostgreSQL "
                + version.artifact().release()
                + " did not start on port "
                + port
                + ". The end of "
                + home.log()
                + ":\n"
                + home.logTail());
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
    process = Optional.of(started);
  }

  private void end(StopMode mode, Duration limit) throws IOException {
    if (process.isEmpty()) {
      return;
    }
    ServerProcess running = process.get();
    if (!running.end(mode, limit) && !running.end(StopMode.IMMEDIATE, CLOSE_LIMIT)) {
      running.kill();
    }
    process = Optional.empty();
  }

  private void changePassword() throws IOException {
    String fresh = ServerTemplate.newPassword();
    try {
      execute("postgres", "ALTER ROLE " + USER + " PASSWORD '" + fresh + "'");
    } catch (SQLException problem) {
      throw new IOException("the fresh server refused its first login", problem);
    }
    home.writePassword(fresh);
    password = fresh;
  }

  private String conninfo() {
    return "host=127.0.0.1 port=" + port + " user=" + USER + " password=" + password;
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  private static String quoted(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  /** Lifecycle work that meets the disk or a process. */
  @FunctionalInterface
  private interface Work {
    void run() throws IOException;
  }

  private void attempt(String what, Work work) {
    try {
      work.run();
    } catch (IOException failed) {
      throw new ServerException(
          what + " of the server on port " + port + " failed: " + failed.getMessage(), failed);
    }
  }
}
