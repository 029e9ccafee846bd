// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.DdlPolicy;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.ServerClone;
import dev.fram.api.host.ServerMachine;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.Secret;
import dev.fram.api.model.TableOptions;
import dev.fram.cli.host.ThisMachine;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.JavaChild;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.server.ServerPlan;
import dev.fram.testkit.server.StopMode;
import dev.fram.testkit.tools.PgTools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Two servers of one version, of which the target is to become a copy of the other's whole; a
 * test's own, because nothing of the target is left as it was. They have a superuser in common.
 * What stops and starts the target is the test's own service manager: a file is the order.
 */
final class BasePair implements AutoCloseable {
  static final String DATABASE = "app";
  private static final String USER = "mover";
  private static final String PASSWORD = "sEcret-" + Long.toHexString(System.nanoTime());

  private static final String OBJECTS =
      """
      CREATE VIEW totals AS SELECT customer, count(*) AS items FROM item GROUP BY customer;
      CREATE MATERIALIZED VIEW names AS SELECT name FROM customer;
      CREATE TABLE noted (id int, v text);
      CREATE TABLE part (id int, at int, v text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
      CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10);
      CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (10) TO (20);
      INSERT INTO part SELECT n, n % 20, repeat('p', 50) FROM generate_series(1, 500) n;
      INSERT INTO noted SELECT n, 'n' || n FROM generate_series(1, 200) n;
      CREATE RULE quiet AS ON DELETE TO coded DO INSTEAD NOTHING;
      ALTER TABLE noted ENABLE ROW LEVEL SECURITY;
      CREATE POLICY everybody ON noted USING (true);
      CREATE PUBLICATION theirs FOR TABLE customer;
      CREATE ROLE shop LOGIN;
      GRANT SELECT ON customer TO shop;
      """;

  /** What is not in the log, so that there is no way back with it. */
  static final String NOT_FOLLOWED =
      """
      CREATE UNLOGGED TABLE fleeting (id int PRIMARY KEY, v text);
      INSERT INTO fleeting SELECT n, 'f' || n FROM generate_series(1, 100) n;
      SELECT lo_from_bytea(4711, 'large');
      """;

  private final PostgresServer source;
  private final PostgresServer target;
  private final Path orders;
  private final Set<String> held = ConcurrentHashMap.newKeySet();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread manager;

  private BasePair(PostgresServer source, PostgresServer target) throws IOException {
    this.source = source;
    this.target = target;
    this.orders = Files.createTempDirectory("fram-orders-");
    this.manager = Thread.ofPlatform().name("service-manager").start(this::manage);
  }

  static BasePair fresh() throws Exception {
    return fresh(PostgresVersion.V15);
  }

  static BasePair fresh(PostgresVersion version) throws Exception {
    return fresh(version, PostgresServer.plan(version));
  }

  /** The target is run by the account that an SSH server lets in. */
  static BasePair reachedBySsh() throws Exception {
    PostgresVersion version = PostgresVersion.V15;
    return fresh(version, PostgresServer.plan(version).runByLogin());
  }

  private static BasePair fresh(PostgresVersion version, ServerPlan planned) throws Exception {
    System.setProperty("fram.pg.bin", PgTools.atLeast(version.major()).binFolder().toString());
    PostgresServer source =
        PostgresServer.plan(version)
            .setting("log_statement", "all")
            .setting("max_connections", "210")
            .start();
    PostgresServer target =
        planned.setting("log_statement", "all").setting("work_mem", "5MB").start();
    for (PostgresServer server : List.of(source, target)) {
      server.execute("postgres", "CREATE ROLE " + USER + " SUPERUSER LOGIN");
      server.execute("postgres", "ALTER ROLE " + USER + " PASSWORD '" + PASSWORD + "'");
      server.createDatabase(DATABASE);
    }
    source.execute(DATABASE, SubscriptionCase.TABLES);
    source.execute(DATABASE, OBJECTS);
    Path data = target.dataFolder();
    for (String owner : List.of("unix:uid", "unix:gid")) {
      Files.setAttribute(data.getParent(), owner, Files.getAttribute(data, owner));
    }
    return new BasePair(source, target);
  }

  PostgresServer source() {
    return source;
  }

  PostgresServer target() {
    return target;
  }

  // ---- the service manager
  // -----------------------------------------------------------------------

  private void manage() {
    try {
      while (!stop.await(50, TimeUnit.MILLISECONDS)) {
        obey("stop", () -> target.stop(StopMode.FAST));
        obey("start", target::start);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** An order like that is not carried out, until {@link #release}. */
  void hold(String order) {
    held.add(order);
  }

  void release() {
    held.clear();
  }

  private void obey(String order, Runnable act) {
    Path file = orders.resolve(order);
    if (Files.exists(file) && !held.contains(order)) {
      try {
        act.run();
        Files.delete(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private String order(String what) {
    Path file = orders.resolve(what);
    return "touch '" + file + "'; while [ -e '" + file + "' ]; do sleep 0.05; done";
  }

  // ---- migrations
  // --------------------------------------------------------------------------------

  RouteRequest request() {
    return request(
        new ServerMachine(
            new ThisMachine(), Optional.of(order("stop")), Optional.of(order("start"))));
  }

  RouteRequest request(ServerMachine machine) {
    return new RouteRequest(
        endpoint(source),
        endpoint(target),
        Scope.all(),
        Set.of(),
        new TableOptions(List.of("public.noted"), List.of(), TableOptions.States.MANY),
        DdlPolicy.ASK,
        List.of(),
        Optional.empty(),
        Optional.of(new ServerClone(ServerClone.Kind.BASE_BACKUP, Optional.empty())),
        Optional.of(machine));
  }

  Move move() {
    return move(request());
  }

  Move move(RouteRequest request) {
    return new Move(
        request,
        Move.settings(MigrationSettings.Mode.MANUAL)
            .withReverse(
                new MigrationSettings.Reverse(Duration.ofHours(1), MigrationSettings.Wish.ASKED)));
  }

  /** Without a way back. */
  Move oneWay() {
    return new Move(
        request(),
        Move.settings(MigrationSettings.Mode.MANUAL).withReverse(MigrationSettings.Reverse.off()));
  }

  /** Whoever started it. */
  long targetPid() throws IOException {
    return Long.parseLong(
        Files.readAllLines(target.dataFolder().resolve("postmaster.pid")).getFirst().strip());
  }

  /** Ends a target that pg_ctl has started. */
  void endTarget() throws Exception {
    ProcessHandle.of(targetPid()).ifPresent(ProcessHandle::destroy);
    await().atMost(Duration.ofMinutes(1)).until(() -> !accepts(target));
  }

  private static boolean accepts(PostgresServer server) {
    try (Connection connection = login(server).open()) {
      return connection.isValid(5);
    } catch (SQLException e) {
      return false;
    }
  }

  /** Fram in a process of its own. */
  JavaChild fram(String... words) throws IOException {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(
        List.of(
            "--copy=base-backup",
            "--replica-identity-full=public.noted",
            "--target-stop=" + order("stop"),
            "--target-start=" + order("start")));
    return FramProcess.start(endpoint(source), endpoint(target), all.toArray(String[]::new));
  }

  Writers writers() {
    return new Writers(login(source), login(target), new Writers.Pace(8, 25));
  }

  static Endpoint endpoint(PostgresServer server) {
    Endpoint own = server.endpoint(DATABASE);
    return new Endpoint(
        own.scheme(),
        own.host(),
        own.port(),
        USER,
        own.database(),
        own.parameters(),
        Optional.of(new Secret(PASSWORD)));
  }

  static Login login(PostgresServer server) {
    return () -> DriverManager.getConnection(server.jdbcUrl(DATABASE), USER, PASSWORD);
  }

  static List<String> values(PostgresServer server, String sql) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = login(server).open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        found.add(String.valueOf(rows.getString(1)));
      }
    }
    return found;
  }

  /** What a query gives; nothing while the server is down, or has no such table. */
  static List<String> asked(PostgresServer server, String sql) {
    try {
      return values(server, sql);
    } catch (SQLException e) {
      return List.of();
    }
  }

  static void on(PostgresServer server, String sql) throws SQLException {
    try (Connection connection = login(server).open();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static String password() {
    return PASSWORD;
  }

  @Override
  public void close() {
    stop.countDown();
    try {
      manager.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    source.close();
    target.close();
  }
}
