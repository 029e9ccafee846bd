// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import dev.fram.api.engine.RouteRequest;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.Secret;
import dev.fram.api.status.PhaseName;
import dev.fram.testkit.fault.SlowDisk;
import dev.fram.testkit.server.Durability;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.tools.PgTools;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The target's flushes become slow while Fram follows: that is the reason, and it is over when they
 * are quick again. {@code -Dfram.slow.disk=true}: it needs a C compiler.
 */
@Timeout(240)
@EnabledIfSystemProperty(named = "fram.slow.disk", matches = "true")
class SlowDiskTest {
  private static final String PASSWORD = "for-a-test-of-its-own";
  private static final String REASON = "the target waits for its disk to make its log durable";

  @TempDir Path folder;

  @Test
  void slowFlushesOfPostgresAreTheReason() throws Exception {
    SlowDisk disk = SlowDisk.in(folder);
    System.setProperty("fram.pg.bin", PgTools.atLeast(15).binFolder().toString());
    try (PostgresServer source = PostgresServer.plan(PostgresVersion.V15).start();
        PostgresServer target =
            PostgresServer.plan(PostgresVersion.V18)
                .durability(Durability.DURABLE)
                .environment(disk.environment())
                .start()) {
      source.createDatabase("shop");
      target.createDatabase("shop");
      try (Connection connection = source.connect("shop");
          Statement application = connection.createStatement()) {
        follows(disk, application, source.endpoint("shop"), target.endpoint("shop"));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = MySqlVersion.class,
      names = {"V8_0", "MARIADB_11_4"})
  void slowFlushesOfMySqlAreTheReason(MySqlVersion version) throws Exception {
    SlowDisk disk = SlowDisk.in(folder);
    try (MySqlServer source = MySqlServer.plan(version).start();
        MySqlServer target =
            MySqlServer.plan(version)
                .setting("local_infile", "ON")
                .durability(Durability.DURABLE)
                .environment(disk.environment())
                .start()) {
      source.createDatabase("shop");
      try (Connection connection = source.connect("shop");
          Statement application = connection.createStatement()) {
        for (MySqlServer server : List.of(source, target)) {
          server.execute(
              "",
              "CREATE USER fram@'%' IDENTIFIED BY '"
                  + PASSWORD
                  + "'; GRANT ALL ON *.* TO fram@'%' WITH GRANT OPTION");
        }
        follows(disk, application, plain(source.endpoint("shop")), plain(target.endpoint("")));
      }
    }
  }

  /** With a login of Fram's own: the application has the other. */
  private static Endpoint plain(Endpoint server) {
    return new Endpoint(
        server.scheme(),
        server.host(),
        server.port(),
        "fram",
        server.database(),
        Map.of("ssl-mode", "DISABLED"),
        Optional.of(new Secret(PASSWORD)));
  }

  private static void follows(
      SlowDisk disk, Statement application, Endpoint source, Endpoint target)
      throws IOException, SQLException {
    application.execute("CREATE TABLE item (id int PRIMARY KEY, v varchar(100))");
    application.execute("INSERT INTO item VALUES (1, 'x'), (2, 'y')");
    RouteRequest request = new RouteRequest(source, target, Scope.all(), Set.of());
    try (Move move = new Move(request, LagReasonTest.settings()).begin()) {
      move.awaitPhase(PhaseName.READY);
      LagReasonTest.assertNothingForAWhile(move);
      disk.slow();
      LagReasonTest.await(
          move,
          status -> {
            write(application);
            return LagReasonTest.lags(REASON).test(status);
          });
      disk.pass();
      LagReasonTest.await(move, s -> s.lagging().isEmpty() && s.feed().lagMillis() == 0);
    }
  }

  /** A transaction each: each has to be made durable. */
  private static void write(Statement application) {
    try {
      for (int i = 0; i < 5; i++) {
        application.execute("UPDATE item SET v = 'z" + System.nanoTime() + "' WHERE id = 1");
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
