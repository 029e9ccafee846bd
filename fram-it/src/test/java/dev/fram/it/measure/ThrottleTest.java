// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.RouteRequest;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.status.Status;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.migration.Goal;
import dev.fram.core.migration.MigrationRun;
import dev.fram.core.run.MigrationSettings;
import dev.fram.it.measure.ServerPair.Product;
import dev.fram.testkit.fault.Flow;
import dev.fram.testkit.fault.TcpProxy;
import dev.fram.testkit.tools.PgTools;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole copy, through a network that becomes narrow in the middle, and one whose rows become
 * narrow. {@code -Dfram.throttle.rounds=20} says how often; the products and the sides take turns.
 * Not in every run: beside other tests the machine itself is what throttles the copy.
 */
@Timeout(300)
@EnabledIfSystemProperty(named = "fram.throttle.rounds", matches = "[1-9][0-9]*")
class ThrottleTest {
  private static final Logger LOG = LoggerFactory.getLogger(ThrottleTest.class);
  private static final long WIDE = 6_000_000;

  /** When so much is copied the way has a quarter of it left. */
  private static final long BEFORE = 50_000_000;

  private enum Side {
    SOURCE,
    TARGET
  }

  /** Who was slowed, in turn. */
  static Stream<Arguments> slowed() {
    return IntStream.range(0, Integer.getInteger("fram.throttle.rounds", 0))
        .mapToObj(
            i -> Arguments.of(Product.values()[i % Product.values().length], Side.values()[i % 2]));
  }

  /** In turn. */
  static Stream<Product> products() {
    return IntStream.range(0, Math.ceilDiv(Integer.getInteger("fram.throttle.rounds", 0), 2))
        .mapToObj(i -> Product.values()[i % Product.values().length]);
  }

  @AfterEach
  void stop() {
    ServerPair.closeAll();
  }

  @ParameterizedTest
  @MethodSource("slowed")
  void aNarrowWayIsNamed(Product product, Side side) throws Exception {
    ServerPair pair = pair(product);
    rows(pair, product, "big", 700_000, 6);
    Endpoint narrow = side == Side.TARGET ? pair.target() : pair.source();
    Flow flow = side == Side.TARGET ? Flow.REQUESTS : Flow.ANSWERS;
    AtomicLong since = new AtomicLong();
    AtomicLong noticed = new AtomicLong();
    try (TcpProxy proxy = TcpProxy.to(narrow.host(), narrow.port())) {
      proxy.pace(flow, WIDE);
      Endpoint through = proxy.through(narrow);
      List<String> notes =
          copy(
              pair,
              side == Side.TARGET ? pair.source() : through,
              side == Side.TARGET ? through : pair.target(),
              Duration.ofSeconds(1),
              status -> {
                if (status.copy().bytes() > BEFORE && since.get() == 0) {
                  proxy.pace(flow, WIDE / 4);
                  since.set(System.nanoTime());
                }
                if (throttle(status.notes()).isPresent()) {
                  noticed.compareAndSet(0, System.nanoTime());
                }
              });
      LOG.info(
          "{} {}: {} after the way became narrow: {}",
          product,
          side,
          noticed.get() == 0
              ? "not noticed"
              : String.format(Locale.ROOT, "%.1f s", (noticed.get() - since.get()) / 1e9),
          throttle(notes).orElse(""));
      assertThat(since.get()).isPositive();
      assertThat(throttle(notes))
          .hasValueSatisfying(note ->
              assertThat(note)
                  .contains(
                      "it waits for the network "
                          + (side == Side.TARGET ? "to the target" : "from the source")));
    }
  }

  @ParameterizedTest
  @MethodSource("products")
  void narrowRowsAreNoThrottle(Product product) throws Exception {
    ServerPair pair = pair(product);
    rows(pair, product, "wide", 100_000, 120);
    rows(pair, product, "narrow", 2_500_000, 0);
    // Many values for each table: as fast as these servers go it is a matter of seconds.
    List<String> notes =
        copy(pair, pair.source(), pair.target(), Duration.ofMillis(250), status -> {});
    LOG.info("{} from wide rows to narrow: {}", product, throttle(notes).orElse("no throttle"));
    assertThat(throttle(notes)).isEmpty();
  }

  private static ServerPair pair(Product product) throws SQLException {
    System.setProperty("fram.pg.bin", PgTools.atLeast(15).binFolder().toString());
    ServerPair pair = ServerPair.of(product);
    if (product != Product.POSTGRESQL) {
      pair.run("CREATE DATABASE shop");
    }
    return pair;
  }

  /**
   * @param times 32 letters, so often in each row
   */
  private static void rows(ServerPair pair, Product product, String table, int rows, int times)
      throws SQLException {
    if (product == Product.POSTGRESQL) {
      pair.run("CREATE TABLE " + table + " (id int PRIMARY KEY, text text)");
      pair.run("ALTER TABLE " + table + " ALTER text SET STORAGE EXTERNAL");
      pair.run(
          "INSERT INTO "
              + table
              + " SELECT g, repeat(md5(g::text), "
              + times
              + ") FROM generate_series(1, "
              + rows
              + ") g");
      pair.run("VACUUM ANALYZE " + table);
      return;
    }
    String name = "shop." + table;
    pair.run("CREATE TABLE " + name + " (id int PRIMARY KEY, text text)");
    int there = 1_000;
    pair.run(
        "INSERT INTO "
            + name
            + " WITH RECURSIVE n (g) AS (SELECT 1 UNION ALL SELECT g + 1 FROM n WHERE g < "
            + there
            + ") SELECT g, REPEAT(MD5(g), "
            + times
            + ") FROM n");
    while (there < rows) {
      int more = Math.min(there, rows - there);
      pair.run(
          "INSERT INTO "
              + name
              + " SELECT id + "
              + there
              + ", REPEAT(MD5(id + "
              + there
              + "), "
              + times
              + ") FROM "
              + name
              + " WHERE id <= "
              + more);
      there += more;
    }
    pair.run("ANALYZE TABLE " + name);
  }

  /** What the run has noted when it noticed a throttle, or when the copy was over without one. */
  private static List<String> copy(
      ServerPair pair,
      Endpoint source,
      Endpoint target,
      Duration window,
      Consumer<Status> listener) {
    MigrationSettings.Rhythm usual = MigrationSettings.Rhythm.defaults();
    MigrationSettings settings =
        MigrationSettings.defaults()
            .withRhythm(
                new MigrationSettings.Rhythm(
                    window, usual.command(), usual.watch(), usual.held(), usual.confirm()));
    MigrationRun run =
        new MigrationRun(
            pair.engine(),
            new RouteRequest(source, target, new Scope(List.of(), List.of()), Set.of()),
            settings,
            Clock.system());
    List<String> seen = new CopyOnWriteArrayList<>();
    run.addStatusListener(status -> {
      seen.addAll(status.notes());
      listener.accept(status);
      if (over(status)) {
        run.stop();
      }
    });
    run.run(Goal.MIGRATE);
    return seen;
  }

  private static boolean over(Status status) {
    return throttle(status.notes()).isPresent()
        || (status.copy().tables() > 0 && status.copy().tablesCopied() == status.copy().tables());
  }

  private static Optional<String> throttle(List<String> notes) {
    return notes.stream().filter(note -> note.startsWith(Status.THROTTLED)).findFirst();
  }
}
