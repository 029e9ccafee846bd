// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.Secret;
import dev.fram.api.status.PhaseName;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.LimitedDisk;
import dev.fram.testkit.server.Durability;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.tools.PgTools;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The target's disk is full while Fram follows; once there is room again, and the server runs, the
 * same run goes on and nothing is lost. {@code -Dfram.full.disk=true}: it needs root, for a disk of
 * its own.
 */
@Timeout(500)
@EnabledIfSystemProperty(named = "fram.full.disk", matches = "true")
class FullDiskTest {
  private static final Logger LOG = LoggerFactory.getLogger(FullDiskTest.class);
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final String PASSWORD = "for-a-test-of-its-own";
  private static final int MEGABYTES = 1_200;
  private static final long LEFT = 24 << 20;
  private static final int ROWS = 80_000;

  @TempDir Path folder;

  /** What a server does of itself when its disk is full: it may end. */
  private record Target(BooleanSupplier runs, Runnable begin) {}

  @Test
  void ofPostgres() throws Exception {
    System.setProperty("fram.pg.bin", PgTools.atLeast(15).binFolder().toString());
    try (LimitedDisk disk = disk();
        PostgresServer source = PostgresServer.plan(PostgresVersion.V15).start();
        PostgresServer target =
            PostgresServer.plan(PostgresVersion.V18)
                .durability(Durability.DURABLE)
                .home(disk.folder().resolve("server"))
                .start()) {
      source.createDatabase("shop");
      target.createDatabase("shop");
      try (Connection connection = source.connect("shop");
          Statement application = connection.createStatement()) {
        fills(
            disk,
            application,
            new RouteRequest(
                source.endpoint("shop"), target.endpoint("shop"), Scope.all(), Set.of()),
            new Target(target::running, target::start));
      }
    }
  }

  /** How the target follows. */
  enum Way {
    FRAM,
    NATIVE
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void ofMySql(Way way) throws Exception {
    ofMySql(MySqlVersion.V8_0, way);
  }

  @Test
  void ofMariaDb() throws Exception {
    ofMySql(MySqlVersion.MARIADB_11_4, Way.FRAM);
  }

  private void ofMySql(MySqlVersion version, Way way) throws Exception {
    try (LimitedDisk disk = disk();
        MySqlServer source = MySqlServer.plan(version).start();
        MySqlServer target =
            MySqlServer.plan(version)
                .setting("local_infile", "ON")
                .durability(Durability.DURABLE)
                .home(disk.folder().resolve("server"))
                .start()) {
      for (MySqlServer server : new MySqlServer[] {source, target}) {
        server.execute(
            "",
            "CREATE USER fram@'%' IDENTIFIED BY '"
                + PASSWORD
                + "'; GRANT ALL ON *.* TO fram@'%' WITH GRANT OPTION");
      }
      source.createDatabase("shop");
      RouteRequest request =
          new RouteRequest(
              framOf(source.endpoint("shop")), framOf(target.endpoint("")), Scope.all(), Set.of());
      try (Connection connection = source.connect("shop");
          Statement application = connection.createStatement()) {
        fills(
            disk,
            application,
            way == Way.NATIVE ? Move.replica(request) : request,
            new Target(target::running, target::start));
      }
    }
  }

  private static Endpoint framOf(Endpoint server) {
    return new Endpoint(
        server.scheme(),
        server.host(),
        server.port(),
        "fram",
        server.database(),
        Map.of("ssl-mode", "DISABLED"),
        Optional.of(new Secret(PASSWORD)));
  }

  private LimitedDisk disk() throws IOException {
    return LimitedDisk.in(folder, MEGABYTES, 10_000_000_000L, 1_000_000);
  }

  private static void fills(
      LimitedDisk disk, Statement application, RouteRequest request, Target target)
      throws Exception {
    application.execute("CREATE TABLE item (id int PRIMARY KEY, v text)");
    application.execute("INSERT INTO item VALUES (-1, 'x'), (-2, 'y')");
    MigrationSettings settings =
        Move.settings(MigrationSettings.Mode.MANUAL)
            .withReverse(MigrationSettings.Reverse.off())
            .withRetry(
                new MigrationSettings.Retry(
                    Duration.ofMinutes(5), Duration.ofMillis(300), Duration.ofSeconds(2), 5));
    try (Move move = new Move(request, settings).begin()) {
      move.awaitPhase(PhaseName.READY);
      Path ballast = disk.folder().resolve("ballast");
      fill(disk.folder(), ballast);
      for (int first = 0; first < ROWS; first += 1_000) {
        insert(application, first);
      }
      // Full, or the server has given up over it.
      await()
          .atMost(LIMIT)
          .until(either(() -> free(disk.folder()) < 8 << 20, () -> !target.runs().getAsBoolean()));
      await().pollDelay(Duration.ofSeconds(8)).until(() -> true);
      LOG.info(
          "the disk is full, the server {}; {}",
          target.runs().getAsBoolean() ? "runs" : "has ended",
          move.status().notes());
      if (move.ended()) {
        move.awaitEnd();
      }
      if (target.runs().getAsBoolean()) {
        assertThat(move.status().notes())
            .anySatisfy(
                note -> assertThat(note).containsAnyOf("room on its disk", "has not answered"));
      }
      Files.delete(ballast);
      if (!target.runs().getAsBoolean()) {
        target.begin().run();
      }
      application.execute("INSERT INTO item VALUES (-3, 'after it')");
      await()
          .atMost(LIMIT)
          .ignoreException(FramException.class)
          .until(() -> Cutovers.verify(move).exitCode() == 0);
      Cutovers.untilDone(move);
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
      assertThat(move.assertEqualTables()).isOne();
    }
  }

  private static java.util.concurrent.Callable<Boolean> either(
      BooleanSupplier one, BooleanSupplier other) {
    return () -> one.getAsBoolean() || other.getAsBoolean();
  }

  private static void insert(Statement application, int first) throws SQLException {
    StringBuilder sql = new StringBuilder("INSERT INTO item VALUES ");
    for (int id = first; id < first + 1_000; id++) {
      sql.append(id == first ? "(" : ", (")
          .append(id)
          .append(", '")
          .append(Integer.toHexString(id * 0x9E3779B9).repeat(100))
          .append("')");
    }
    application.execute(sql.toString());
  }

  private static void fill(Path disk, Path ballast) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(ballast.toFile(), "rw")) {
      byte[] megabyte = new byte[1 << 20];
      java.util.Arrays.fill(megabyte, (byte) 7);
      while (free(disk) > LEFT) {
        file.write(megabyte);
      }
      file.getFD().sync();
    }
  }

  private static long free(Path disk) {
    try {
      FileStore store = Files.getFileStore(disk);
      return store.getUsableSpace();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
