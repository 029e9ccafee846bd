// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fram.api.engine.Engine;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.probe.DiskVerdict;
import dev.fram.core.probe.MeasureSettings;
import dev.fram.core.probe.Measuring;
import dev.fram.core.probe.TargetFigures;
import dev.fram.testkit.fault.LimitedDisk;
import dev.fram.testkit.server.Durability;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The target's disk is held to a limit: what {@code fram measure} says of it, beside what {@code
 * fio} says of the same disk. {@code -Dfram.disk.model=true}; root, {@code fio} and cgroup v1 are
 * needed. It prints the figures; {@code -Dfram.disk.model.times=5} takes each so many times.
 */
@Timeout(600)
@EnabledIfSystemProperty(named = "fram.disk.model", matches = "true")
class DiskModelTest {
  private static final Logger LOG = LoggerFactory.getLogger(DiskModelTest.class);
  private static final long BYTES = Long.getLong("fram.disk.model.bytes", 20_000_000);
  private static final int OPERATIONS = Integer.getInteger("fram.disk.model.operations", 400);

  private static final int TIMES = Integer.getInteger("fram.disk.model.times", 1);

  private static final Duration WINDOW = Duration.ofSeconds(3);

  private static final int COMMITS = 200;

  /** Operations in some seconds of a server that has nothing to do. */
  private static final int QUIET = 10;

  @TempDir Path folder;

  @Test
  void ofPostgres() throws Exception {
    try (LimitedDisk disk = disk()) {
      fio(disk);
      try (PostgresServer source = PostgresServer.plan(PostgresVersion.V18).start();
          PostgresServer target =
              PostgresServer.plan(PostgresVersion.V18)
                  .durability(Durability.DURABLE)
                  .home(disk.folder().resolve("server"))
                  .start()) {
        source.createDatabase("shop");
        target.createDatabase("shop");
        target.createDatabase("counted");
        source.execute("shop", "CREATE TABLE item AS SELECT g AS id FROM generate_series(1, 9) g");
        disk.hold(target.pid());
        try (Connection alone = target.connect("counted")) {
          measure(disk, "PostgreSQL", source.endpoint("shop"), target.endpoint("shop"), alone);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = MySqlVersion.class,
      names = {"V8_0", "MARIADB_11_4"})
  void ofMySql(MySqlVersion version) throws Exception {
    try (LimitedDisk disk = disk()) {
      fio(disk);
      try (MySqlServer source = MySqlServer.plan(version).start();
          MySqlServer target =
              MySqlServer.plan(version)
                  .durability(Durability.DURABLE)
                  .setting("local_infile", "ON")
                  .home(disk.folder().resolve("server"))
                  .start()) {
        source.createDatabase("shop");
        source.execute("shop", "CREATE TABLE item (id int PRIMARY KEY)");
        disk.hold(target.pid());
        target.createDatabase("counted");
        try (Connection alone = target.connect("counted")) {
          measure(disk, version.toString(), source.endpoint(""), target.endpoint(""), alone);
        }
      }
    }
  }

  private LimitedDisk disk() throws IOException {
    return LimitedDisk.in(folder, 3_000, BYTES, OPERATIONS);
  }

  private static void measure(
      LimitedDisk disk, String product, Endpoint source, Endpoint target, Connection alone)
      throws Exception {
    for (int i = 0; i < TIMES; i++) {
      measureOnce(disk, product, source, target, allowed(disk, alone));
    }
  }

  /**
   * Durable commits that the limit on operations leaves a server that writes nothing else: by how
   * many operations the disk counts for some.
   */
  private static double allowed(LimitedDisk disk, Connection alone)
      throws SQLException, IOException {
    try (Statement sql = alone.createStatement()) {
      sql.execute("CREATE TABLE IF NOT EXISTS counted (id bigint PRIMARY KEY, filler varchar(40))");
      sql.execute("DELETE FROM counted");
    }
    settle(disk);
    long before = disk.operations();
    try (PreparedStatement insert =
        alone.prepareStatement("INSERT INTO counted VALUES (?, 'a row')")) {
      for (int i = 0; i < COMMITS; i++) {
        insert.setLong(1, i);
        insert.execute();
      }
    }
    long operations = disk.operations() - before;
    LOG.info("{} commits took the disk {} operations.", COMMITS, operations);
    return (double) OPERATIONS * COMMITS / operations;
  }

  /** The server has written what it had in memory. */
  private static void settle(LimitedDisk disk) {
    AtomicLong before = new AtomicLong(-1);
    await()
        .atMost(Duration.ofMinutes(4))
        .pollInterval(Duration.ofSeconds(3))
        .until(() -> {
          long now = disk.operations();
          return now - before.getAndSet(now) < QUIET;
        });
  }

  private static void measureOnce(
      LimitedDisk disk, String product, Endpoint source, Endpoint target, double allowed)
      throws InterruptedException {
    try (Route route =
        engine(source)
            .open(new RouteRequest(source, target, new Scope(List.of(), List.of()), Set.of()))) {
      MeasureSettings settings =
          new MeasureSettings(
              Duration.ofSeconds(40), Optional.empty(), 200L << 20, 4L << 20, 4, 2, 1);
      AtomicLong most = new AtomicLong();
      CountDownLatch over = new CountDownLatch(1);
      Thread watch = Thread.ofVirtual().start(() -> watch(disk, most, over));
      TargetFigures figures =
          new Measuring(route, settings, Clock.system(), new SplittableRandom(1))
              .run(new StopSignal(), step -> {})
              .target();
      over.countDown();
      watch.join();
      LOG.info(
          "{}: {} commits/s of {}, {} ms at p50; sequential {} MB/s; rows {} MB/s; the disk took at most"
              + " {} MB/s; {} {}",
          product,
          Math.round(figures.commit().perSecond()),
          Math.round(allowed),
          figures.commit().p50Millis(),
          figures.sequential().rate().map(rate -> mega(rate.bytesPerSecond())).orElse("?"),
          mega(figures.load().bytesPerSecond()),
          mega(most.get()),
          figures.disk().like(),
          figures.disk().evidence());
      assertThat(figures.disk().like()).isEqualTo(DiskVerdict.Kind.NETWORK_DISK);
      assertThat(figures.commit().perSecond()).isCloseTo(allowed, withinPercentage(20));
      assertThat(figures.sequential().rate().orElseThrow().bytesPerSecond())
          .isCloseTo(BYTES, withinPercentage(20));
    }
  }

  /** Bytes a second in the busiest few seconds. */
  private static void watch(LimitedDisk disk, AtomicLong most, CountDownLatch over) {
    try {
      long before = disk.written();
      while (!over.await(WINDOW.toMillis(), TimeUnit.MILLISECONDS)) {
        long now = disk.written();
        most.accumulateAndGet((now - before) * 1_000 / WINDOW.toMillis(), Math::max);
        before = now;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Engine engine(Endpoint endpoint) {
    return ServiceLoader.load(Engine.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(engine -> engine.schemes().contains(endpoint.scheme()))
        .findFirst()
        .orElseThrow();
  }

  /** The same disk's durable writes of a page, one after the other, and its sequential ones. */
  private static void fio(LimitedDisk disk) throws IOException {
    Path file = disk.folder().resolve("fio");
    JsonNode pages =
        job(disk, file, "--bs=8k", "--size=16M", "--fdatasync=1", "--time_based", "--runtime=8");
    JsonNode sequence = job(disk, file, "--bs=1M", "--size=200M", "--end_fsync=1");
    LOG.info(
        "fio: {} durable writes/s, {} ms at p50; {} MB/s",
        Math.round(pages.at("/write/iops").asDouble()),
        pages.at("/sync/lat_ns/percentile/50.000000").asDouble() / 1e6,
        mega(sequence.at("/write/bw_bytes").asDouble()));
    Files.delete(file);
  }

  private static JsonNode job(LimitedDisk disk, Path file, String... words) throws IOException {
    List<String> command =
        Stream.concat(
                Stream.of(
                    "fio",
                    "--name=job",
                    "--rw=write",
                    "--overwrite=1",
                    "--output-format=json",
                    "--filename=" + file),
                Stream.of(words))
            .toList();
    return new ObjectMapper().readTree(disk.held(command)).at("/jobs/0");
  }

  private static String mega(double bytes) {
    return String.format(Locale.ROOT, "%.1f", bytes / 1e6);
  }
}
