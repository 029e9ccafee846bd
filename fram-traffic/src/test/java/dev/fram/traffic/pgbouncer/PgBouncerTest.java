// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.pgbouncer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.model.MigrationId;
import dev.fram.api.model.Secret;
import dev.fram.api.traffic.Address;
import dev.fram.api.traffic.SwitchOptions;
import dev.fram.api.traffic.SwitchOutcome;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.api.traffic.TrafficSwitch;
import dev.fram.testkit.server.ProxyProgram;
import dev.fram.testkit.server.ProxyServer;
import dev.fram.traffic.socket.Place;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real PgBouncer's console and file; no database behind it. {@code it} has one with clients. */
@Timeout(120)
class PgBouncerTest {
  private static final String PASSWORD = "adm'in pässword";
  private static final Duration LIMIT = Duration.ofSeconds(3);
  private static final TrafficMove MOVE =
      new TrafficMove(
          MigrationId.random(new Random(1)),
          TrafficMove.Direction.FORWARD,
          new TrafficMove.Server(new Address("127.0.0.1", 1111), "shop"),
          new TrafficMove.Server(new Address("127.0.0.1", 2222), "shop"));

  private static ProxyServer start(String authentication, String settings) throws IOException {
    return start(authentication, settings, 1111);
  }

  private static ProxyServer start(String authentication, String settings, int port)
      throws IOException {
    ProxyServer server = ProxyServer.of(ProxyProgram.PGBOUNCER);
    server.write("users.txt", "\"boss\" \"" + PASSWORD + "\"\n\"guest\" \"" + PASSWORD + "\"\n");
    Path file =
        server.write(
            "pgbouncer.ini",
            """
            [databases]
            shop = host=127.0.0.1 port=%d dbname=shop
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = %d
            unix_socket_dir =
            auth_type = %s
            auth_file = %s
            admin_users = boss
            stats_users = guest
            %s
            """
                .formatted(
                    port, server.port(), authentication, server.file("users.txt"), settings));
    return server.start(file.toString());
  }

  private static TrafficSwitch pgbouncer(ProxyServer server, String user) {
    return pgbouncer(server, user, PASSWORD);
  }

  private static TrafficSwitch pgbouncer(ProxyServer server, String user, String password) {
    return pgbouncer(server, user, password, MOVE);
  }

  private static TrafficSwitch pgbouncer(
      ProxyServer server, String user, String password, TrafficMove move) {
    return new PgBouncerKind()
        .open(
            new SwitchOptions(
                Map.of(
                    "admin",
                        List.of(
                            "postgresql://" + user + "@127.0.0.1:" + server.port() + "/pgbouncer"),
                    "databases", List.of("shop"),
                    "config", List.of(server.file("pgbouncer.ini").toString())),
                Map.of(),
                Optional.of(new Secret(password))),
            move);
  }

  private static void assertDone(SwitchOutcome outcome) {
    assertThat(outcome).isInstanceOf(SwitchOutcome.Done.class);
  }

  private static List<Map<String, String>> ask(ProxyServer server, String sql) throws IOException {
    Console.Login login = new Console.Login("boss", "pgbouncer", Optional.of(new Secret(PASSWORD)));
    try (Console console =
        Console.open(new Place.Tcp(new Address("127.0.0.1", server.port())), login, LIMIT)) {
      return console.ask(sql);
    }
  }

  private static String show(ProxyServer server) throws IOException {
    return ask(server, "SHOW DATABASES").stream()
        .filter(row -> "shop".equals(row.get("name")))
        .map(row -> row.get("port") + (row.get("paused").equals("1") ? " paused" : ""))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"scram-sha-256", "md5", "plain", "any"})
  void pausesPointsElsewhereAndGoesOn(String authentication) throws IOException {
    try (ProxyServer server = start(authentication, "pool_mode = transaction")) {
      TrafficSwitch pgbouncer = pgbouncer(server, "boss");
      assertThat(pgbouncer.check().obstacles()).isEmpty();
      assertDone(pgbouncer.pause(LIMIT));
      assertThat(show(server)).isEqualTo("1111 paused");
      // Also by a process that knows nothing of the first.
      assertDone(pgbouncer(server, "boss").pause(LIMIT));
      assertDone(pgbouncer.undo());
      assertThat(show(server)).isEqualTo("1111");
      assertDone(pgbouncer.pause(LIMIT));
      assertDone(pgbouncer.redirect());
      assertThat(show(server)).isEqualTo("2222 paused");
      assertDone(pgbouncer.resume());
      assertDone(pgbouncer.resume());
      assertThat(show(server)).isEqualTo("2222");
      assertThat(Files.readString(server.file("pgbouncer.ini")))
          .contains("shop = host=127.0.0.1 port=2222 dbname=shop\n[pgbouncer]");
    }
  }

  @Test
  void theCheckNamesEveryTrapAtOnce() throws IOException {
    try (ProxyServer server = start("md5", "pool_mode = session\nquery_wait_timeout = 5")) {
      Path file = server.file("pgbouncer.ini");
      Files.writeString(file, Files.readString(file).replace("port=1111", "port=3333"));
      assertThat(String.join("\n", pgbouncer(server, "guest").check().obstacles()))
          .contains(
              "pgbouncer.ini: shop leads to 127.0.0.1:3333, not to 127.0.0.1:1111."
                  + " If that is the same server, set source-address to it.")
          .contains("guest is none of admin_users")
          .contains("query_wait_timeout is 5 s")
          .contains("shop pools whole sessions");
      assertThat(String.join("\n", pgbouncer(server, "boss", "wrong").check().obstacles()))
          .contains("the admin console cannot be asked")
          .doesNotContain("wrong");
      TrafficMove back =
          new TrafficMove(MOVE.migration(), TrafficMove.Direction.BACK, MOVE.to(), MOVE.from());
      assertThat(String.join("\n", pgbouncer(server, "boss", PASSWORD, back).check().obstacles()))
          .contains("leads to 127.0.0.1:1111 now, not to 127.0.0.1:2222. If that is the same")
          .contains("set target-address to it.");
    }
  }

  @Test
  void aFileThatPgBouncerDoesNotUseIsNoticed() throws IOException {
    try (ProxyServer server = start("md5", "pool_mode = transaction")) {
      Path other = server.write("other.ini", Files.readString(server.file("pgbouncer.ini")));
      TrafficSwitch wrong =
          new PgBouncerKind()
              .open(
                  new SwitchOptions(
                      Map.of(
                          "admin",
                              List.of(
                                  "postgresql://boss@127.0.0.1:" + server.port() + "/pgbouncer"),
                          "databases", List.of("shop"),
                          "config-command", List.of("sed -i s/1111/2222/ '" + other + "'")),
                      Map.of(),
                      Optional.of(new Secret(PASSWORD))),
                  MOVE);
      assertThat(wrong.redirect())
          .isInstanceOfSatisfying(
              SwitchOutcome.NotDone.class,
              no -> assertThat(no.seen()).contains("shop does not lead to 127.0.0.1:2222"));
      assertThat(Files.readString(other)).contains("port=2222");
    }
  }

  /** E4, row 10: the one that lives goes on; the other comes back with the right server. */
  @Test
  void oneOfTwoDiesBetweenPauseAndSwitch() throws IOException {
    try (ProxyServer one = start("md5", "pool_mode = transaction");
        ProxyServer two = start("md5", "pool_mode = transaction")) {
      TrafficSwitch first = pgbouncer(one, "boss");
      TrafficSwitch second = pgbouncer(two, "boss");
      assertDone(first.pause(LIMIT));
      assertDone(second.pause(LIMIT));
      two.kill();
      assertDone(first.redirect());
      assertDone(first.resume());
      assertThat(second.redirect())
          .isInstanceOfSatisfying(
              SwitchOutcome.NotDone.class,
              no -> assertThat(no.again()).isEqualTo(SwitchOutcome.Again.LATER));
      two.start();
      assertThat(show(two)).isEqualTo("2222");
      assertDone(second.redirect());
      assertDone(second.resume());
      assertThat(show(one)).isEqualTo("2222");
    }
  }

  /** The session that has paused it is gone. */
  @Test
  void oneThatWasRestartedMeanwhileIsAskedAnew() throws IOException {
    try (ProxyServer server = start("md5", "pool_mode = transaction")) {
      TrafficSwitch pgbouncer = pgbouncer(server, "boss");
      assertDone(pgbouncer.pause(LIMIT));
      server.kill();
      server.start();
      assertDone(pgbouncer.redirect());
      assertDone(pgbouncer.resume());
      assertThat(show(server)).isEqualTo("2222");
    }
  }

  /**
   * A connection to the server is just being made when PAUSE comes. PgBouncer takes its end for a
   * server that does not answer, and would leave the next one alone for 15 s.
   */
  @Test
  void aConnectionThatIsBeingMadeDoesNotKeepItsClientsWaiting() throws Exception {
    try (ServerSocket from = new ServerSocket(0);
        ServerSocket to = new ServerSocket(0);
        ProxyServer server = start("md5", "pool_mode = transaction", from.getLocalPort())) {
      TrafficMove move =
          new TrafficMove(
              MOVE.migration(),
              TrafficMove.Direction.FORWARD,
              new TrafficMove.Server(new Address("127.0.0.1", from.getLocalPort()), "shop"),
              new TrafficMove.Server(new Address("127.0.0.1", to.getLocalPort()), "shop"));
      TrafficSwitch pgbouncer = pgbouncer(server, "boss", PASSWORD, move);
      Thread client = Thread.ofPlatform().start(() -> waitForAServer(server));
      try {
        from.setSoTimeout(10_000);
        from.accept();
        assertDone(pgbouncer.pause(LIMIT));
        assertDone(pgbouncer.redirect());
        to.setSoTimeout(5_000);
        FutureTask<Socket> arrival = new FutureTask<>(to::accept);
        Thread.ofPlatform().start(arrival);
        assertDone(pgbouncer.resume());
        assertThat(arrival.get(10, TimeUnit.SECONDS).isConnected()).isTrue();
        assertThat(config(server, "server_login_retry")).isEqualTo("15");
      } finally {
        server.kill();
        client.join();
      }
    }
  }

  /** An application's login: PgBouncer answers it when it knows a server. */
  private static void waitForAServer(ProxyServer server) {
    Console.Login login = new Console.Login("boss", "shop", Optional.of(new Secret(PASSWORD)));
    Place place = new Place.Tcp(new Address("127.0.0.1", server.port()));
    try (Console console = Console.open(place, login, Duration.ofSeconds(60))) {
      console.ask("SELECT 1");
    } catch (IOException ended) {
      // There is no database behind it.
    }
  }

  private static String config(ProxyServer server, String name) throws IOException {
    return ask(server, "SHOW CONFIG").stream()
        .filter(row -> name.equals(row.get("key")))
        .map(row -> row.get("value"))
        .findFirst()
        .orElseThrow();
  }
}
