// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import dev.fram.api.engine.DdlPolicy;
import dev.fram.api.engine.NativeFeed;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.ServerClone;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableOptions;
import dev.fram.api.traffic.Address;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.JavaChild;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Two servers of MySQL 8.0 with the CLONE plugin, of which the target is to become the other's
 * clone; a test's own, because nothing of the target is left as it was.
 *
 * @param pair the servers
 */
record ClonePair(MySqlPair pair) implements AutoCloseable {
  static final String DATABASE = "app";

  private static final String TABLES =
      """
      CREATE DATABASE app;
      USE app;
      CREATE TABLE customer (id int PRIMARY KEY, name varchar(40)) ENGINE = InnoDB;
      CREATE TABLE item (
        id bigint AUTO_INCREMENT PRIMARY KEY, customer int, token varchar(60) UNIQUE, body text,
        FOREIGN KEY (customer) REFERENCES customer (id) ON DELETE CASCADE) ENGINE = InnoDB;
      CREATE TABLE audit (n bigint AUTO_INCREMENT PRIMARY KEY, item bigint) ENGINE = InnoDB;
      CREATE TABLE coded (code varchar(60) NOT NULL UNIQUE, v int) ENGINE = InnoDB;
      CREATE TABLE tick (nr bigint AUTO_INCREMENT PRIMARY KEY, server bigint) ENGINE = InnoDB;
      CREATE DEFINER = root@'%' TRIGGER noted AFTER INSERT ON item FOR EACH ROW
        INSERT INTO audit (item) VALUES (NEW.id);
      CREATE DEFINER = root@'%' EVENT tick ON SCHEDULE EVERY 1 SECOND DO
        INSERT INTO app.tick (server) VALUES (@@global.server_id);
      CREATE DEFINER = root@'%' VIEW totals AS SELECT customer, COUNT(*) AS items FROM item GROUP BY customer;
      CREATE FUNCTION answer() RETURNS int DETERMINISTIC RETURN 42;
      GRANT EXECUTE ON FUNCTION app.answer TO shop@'%';
      INSERT INTO customer VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e');
      INSERT INTO coded VALUES ('k1', 1), ('k2', 2), ('k3', 3);
      CREATE DATABASE other;
      CREATE TABLE other.t (id int PRIMARY KEY, v text) ENGINE = InnoDB;
      INSERT INTO other.t VALUES (1, 'comes along');
      """;

  static ClonePair fresh() throws SQLException {
    return fresh(Map.of());
  }

  /**
   * @param settings of both servers besides
   */
  static ClonePair fresh(Map<String, String> settings) throws SQLException {
    Map<String, String> all = new HashMap<>(settings);
    all.put("plugin_load_add", "mysql_clone.so");
    all.put("log_bin_trust_function_creators", "ON");
    MySqlPair pair = MySqlPair.alike(MySqlVersion.V8_0, all);
    NativePair.on(pair.source(), TABLES);
    return new ClonePair(pair);
  }

  MySqlServer source() {
    return pair.source();
  }

  MySqlServer target() {
    return pair.target();
  }

  /** With encryption, as a user's servers have it unless he refuses it. */
  RouteRequest request(Optional<Address> donor) {
    return request(donor, Optional.empty());
  }

  /** The same, followed in that way. */
  RouteRequest request(Optional<Address> donor, Optional<NativeFeed> feed) {
    return new RouteRequest(
        encrypted(pair.sourceEndpoint("")),
        encrypted(pair.targetEndpoint("")),
        Scope.all(),
        Set.of(),
        TableOptions.none(),
        DdlPolicy.ASK,
        List.of(),
        feed,
        Optional.of(new ServerClone(ServerClone.Kind.CLONE, donor)),
        Optional.empty());
  }

  private static Endpoint encrypted(Endpoint plain) {
    return new Endpoint(
        plain.scheme(),
        plain.host(),
        plain.port(),
        plain.user(),
        plain.database(),
        Map.of(),
        plain.password());
  }

  Move move() {
    return move(request(Optional.empty()), Duration.ofMinutes(2));
  }

  /**
   * @param patience how long the target may be away
   */
  Move move(RouteRequest request, Duration patience) {
    return new Move(
        request,
        Move.settings(MigrationSettings.Mode.MANUAL)
            .withReverse(
                new MigrationSettings.Reverse(Duration.ofHours(1), MigrationSettings.Wish.ASKED))
            .withRetry(
                new MigrationSettings.Retry(
                    patience, Duration.ofMillis(300), Duration.ofSeconds(2), 5)));
  }

  /** Fram in a process of its own; it does without encryption. */
  JavaChild fram() throws IOException {
    return FramProcess.start(
        pair.sourceEndpoint(""),
        pair.targetEndpoint(""),
        "migrate",
        "--cutover=manual",
        "--copy=clone");
  }

  Writers writers() {
    return new Writers(login(source()), login(target()), new Writers.Pace(8, 25));
  }

  static Login login(MySqlServer server) {
    return () -> MySqlPair.connect(server, "shop", DATABASE);
  }

  /** What a query gives; nothing while the server is down, or has no such table. */
  static List<String> asked(MySqlServer server, String sql) {
    try {
      return NativePair.values(server, sql);
    } catch (SQLException e) {
      return List.of();
    }
  }

  /** Each table's rows as one number, made by the server itself; the event's is left out. */
  static List<String> checksums(MySqlServer server) throws SQLException {
    List<String> found = new ArrayList<>();
    for (String table : List.of("app.customer", "app.item", "app.audit", "app.coded", "other.t")) {
      try (var connection = MySqlPair.administer(server);
          var statement = connection.createStatement();
          var rows = statement.executeQuery("CHECKSUM TABLE " + table)) {
        rows.next();
        found.add(rows.getString(1) + " " + rows.getString(2));
      }
    }
    return found;
  }

  /** Lets a clone take some seconds. */
  void slow() throws SQLException {
    NativePair.on(target(), "SET GLOBAL clone_autotune_concurrency = OFF");
    NativePair.on(target(), "SET GLOBAL clone_max_concurrency = 1");
    NativePair.on(target(), "SET GLOBAL clone_max_data_bandwidth = 20");
  }

  /** Starts the target whenever it has ended, as systemd does. */
  Supervisor supervised() {
    return new Supervisor(target());
  }

  @Override
  public void close() {
    pair.close();
  }

  /** Owns a thread, which ends with it. */
  static final class Supervisor implements AutoCloseable {
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;

    Supervisor(MySqlServer server) {
      thread = Thread.ofPlatform().name("supervisor").start(() -> watch(server));
    }

    private void watch(MySqlServer server) {
      try {
        while (!stop.await(100, TimeUnit.MILLISECONDS)) {
          server.start();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      stop.countDown();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
