// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.status.PhaseName;
import dev.fram.cli.ssh.JumpHost;
import dev.fram.cli.ssh.SshKeys;
import dev.fram.cli.ssh.SshPlan;
import dev.fram.cli.ssh.Tunnels;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.server.SshServer;
import dev.fram.testkit.tools.PgTools;
import dev.fram.testkit.tools.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A tunnel's mouth is at 127.0.0.1, and the server is not: its certificate is checked against the
 * name that the user gave. The sources' certificate here is for {@code localhost} alone, so it
 * passes by that name and never by the mouth's address, and the other way round.
 */
@Timeout(600)
class SshTlsTest {
  @TempDir private Path folder;
  private SshServer jump;
  private TestCertificate named;
  private TestCertificate numbered;

  @BeforeEach
  void start() throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    jump = SshServer.start(Files.createDirectory(folder.resolve("jump")));
    named =
        TestCertificate.in(
            Files.createDirectory(folder.resolve("named")), "CN=named", "dns:localhost");
    numbered = TestCertificate.in(Files.createDirectory(folder.resolve("numbered")), "CN=numbered");
    Files.writeString(folder.resolve("ca.pem"), named.pem() + numbered.pem());
  }

  @AfterEach
  void stop() {
    jump.close();
  }

  @Test
  void postgresIsKnownByItsOwnName() throws Exception {
    System.setProperty("fram.pg.bin", PgTools.atLeast(15).binFolder().toString());
    try (PostgresServer source = PostgresServer.plan(PostgresVersion.V15).start();
        PostgresServer target = PostgresServer.plan(PostgresVersion.V15).start();
        Tunnels tunnels = new Tunnels()) {
      for (PostgresServer server : List.of(source, target)) {
        server.createDatabase("shop");
      }
      source.execute(
          "shop",
          "CREATE TABLE item (id int PRIMARY KEY, name text);"
              + " INSERT INTO item SELECT n, 'item ' || n FROM generate_series(1, 1000) n");
      named.showOn(source);
      Map<String, String> full =
          Map.of("sslmode", "verify-full", "sslrootcert", folder.resolve("ca.pem").toString());
      Endpoint right = at("localhost", source.endpoint("shop"), full);
      Endpoint wrong = at("127.0.0.1", source.endpoint("shop"), full);
      assertTls(tunnels, right, wrong, target.endpoint("shop"));
      numbered.showOn(source);
      try (Tunnels others = new Tunnels()) {
        assertRefused(others, right, target.endpoint("shop"));
      }
    }
  }

  @Test
  void mySqlIsKnownByItsOwnName() throws Exception {
    Path certificate = Files.writeString(folder.resolve("server.crt"), named.pem());
    Path key = Files.writeString(folder.resolve("server.key"), named.key());
    try (MySqlServer source =
            MySqlServer.plan(MySqlVersion.V8_0)
                .setting("ssl_cert", certificate.toString())
                .setting("ssl_key", key.toString())
                .start();
        MySqlServer target =
            MySqlServer.plan(MySqlVersion.V8_0).setting("local_infile", "ON").start();
        Tunnels tunnels = new Tunnels()) {
      source.execute(
          "",
          "CREATE DATABASE shop; CREATE TABLE shop.item (id int PRIMARY KEY, name varchar(20));"
              + " INSERT INTO shop.item VALUES (1, 'one'), (2, 'two')");
      Map<String, String> full =
          Map.of("ssl-mode", "VERIFY_IDENTITY", "ssl-ca", folder.resolve("ca.pem").toString());
      assertTls(
          tunnels,
          at("localhost", source.endpoint(""), full),
          at("127.0.0.1", source.endpoint(""), full),
          target.endpoint(""));
    }
  }

  /** A whole migration by the right name, and no connection by the wrong one. */
  private void assertTls(Tunnels tunnels, Endpoint right, Endpoint wrong, Endpoint target)
      throws Exception {
    try (Tunnels others = new Tunnels()) {
      assertRefused(others, wrong, target);
    }
    RouteRequest request =
        new RouteRequest(
            tunnels.source(right, plan()), tunnels.target(target, plan()), Scope.all(), Set.of());
    MigrationSettings settings = Move.settings(MigrationSettings.Mode.AUTO);
    try (Move move = new Move(request, settings)) {
      assertThat(move.finish().phase()).isEqualTo(PhaseName.SERVING);
      assertThat(move.assertEqualTables()).isEqualTo(1);
    }
  }

  private void assertRefused(Tunnels tunnels, Endpoint source, Endpoint target) throws IOException {
    RouteRequest request =
        new RouteRequest(tunnels.source(source, plan()), target, Scope.all(), Set.of());
    assertThatThrownBy(() -> open(request)).isInstanceOf(FramException.class);
  }

  private static void open(RouteRequest request) {
    try (Route route = Move.engine(request.source().scheme()).open(request)) {
      route.source().tables();
    }
  }

  private SshPlan plan() throws IOException {
    List<JumpHost> hosts = JumpHost.list(jump.uri());
    return new SshPlan(
        hosts,
        hosts,
        new SshKeys(
            List.of(jump.key()),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            List.of(jump.knownHosts())));
  }

  private static Endpoint at(String host, Endpoint server, Map<String, String> parameters) {
    Map<String, String> all = new HashMap<>(server.parameters());
    all.putAll(parameters);
    return new Endpoint(
        server.scheme(),
        host,
        server.port(),
        server.user(),
        server.database(),
        all,
        server.password());
  }
}
