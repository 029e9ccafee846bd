// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.ssh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Reach;
import dev.fram.api.model.Secret;
import dev.fram.testkit.server.SshServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tunnels through OpenSSH's own server, to a server that sends back what it gets. */
@Timeout(120)
class TunnelsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private static Path folder;
  private static SshServer jump;
  private static ServerSocket echo;
  private static Endpoint server;

  @TempDir private Path own;

  @BeforeAll
  static void start() throws IOException {
    jump = SshServer.start(Files.createDirectory(folder.resolve("jump")));
    echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    server = Endpoint.parse("postgresql://u@localhost:" + echo.getLocalPort() + "/db");
    Thread.ofPlatform().daemon().name("echo").start(TunnelsTest::echo);
  }

  @AfterAll
  static void stop() throws IOException {
    jump.close();
    echo.close();
  }

  @Test
  void bytesGoThereAndBack() throws IOException {
    try (Tunnels tunnels = new Tunnels()) {
      Endpoint led = tunnels.source(server, plan(keys(jump)));
      assertThat(led.display()).isEqualTo(server.display());
      Reach reach = led.reach().orElseThrow();
      assertThat(reach.host()).isEqualTo("127.0.0.1");
      assertThat(reach.hops())
          .containsExactly(
              new Reach.Hop(
                  "127.0.0.1",
                  jump.port(),
                  jump.user(),
                  "127.0.0.1",
                  "ssh-ed25519 " + jump.fingerprint()));
      assertThat(tunnels.source(server, plan(keys(jump)))).isEqualTo(led);
      for (int i = 0; i < 3; i++) {
        assertEchoes(reach, 3_000_000);
      }
    }
  }

  @Test
  void theServersEndIsSeenHere() throws IOException {
    try (ServerSocket brief = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Tunnels tunnels = new Tunnels()) {
      Endpoint to = Endpoint.parse("mysql://u@127.0.0.1:" + brief.getLocalPort() + "/");
      Reach reach =
          tunnels.target(to, new SshPlan(List.of(), hosts(jump), keys(jump))).reach().orElseThrow();
      try (Socket here = new Socket(reach.host(), reach.port())) {
        here.setSoTimeout((int) LIMIT.toMillis());
        try (Socket there = brief.accept()) {
          there.getOutputStream().write("bye".getBytes(UTF_8));
        }
        assertThat(here.getInputStream().readAllBytes()).isEqualTo("bye".getBytes(UTF_8));
      }
      // And the other way round: whoever goes away here is gone there, too.
      try (Socket there = acceptedFrom(reach, brief)) {
        there.setSoTimeout((int) LIMIT.toMillis());
        assertThat(there.getInputStream().read()).isEqualTo(-1);
      }
    }
  }

  private static Socket acceptedFrom(Reach reach, ServerSocket at) throws IOException {
    try (Socket here = new Socket(reach.host(), reach.port())) {
      here.setTcpNoDelay(true);
      return at.accept();
    }
  }

  @Test
  void twoHops() throws IOException {
    try (SshServer far = SshServer.start(own);
        Tunnels tunnels = new Tunnels()) {
      far.letIn(jump.key());
      Path both = Files.writeString(own.resolve("both"), jump.knownHost() + far.knownHost());
      SshKeys keys = keys(jump.key(), both);
      List<JumpHost> hosts = JumpHost.list(jump.uri() + "," + far.uri());
      Reach reach =
          tunnels.source(server, new SshPlan(hosts, List.of(), keys)).reach().orElseThrow();
      assertThat(reach.hops()).extracting(Reach.Hop::port).containsExactly(jump.port(), far.port());
      assertThat(reach.hops()).extracting(Reach.Hop::address).containsExactly("127.0.0.1", "");
      assertEchoes(reach, 100_000);
      // The second hop is checked by its own name: the first one's key does not vouch for it.
      Path first = Files.writeString(own.resolve("first"), jump.knownHost());
      SshKeys less = keys(jump.key(), first);
      assertRefused(
          new SshPlan(hosts, List.of(), less),
          ErrorCode.HOST_KEY_REFUSED,
          "its jump host " + far.user() + "@127.0.0.1:" + far.port());
    }
  }

  @Test
  void anUnknownHostIsRefused() throws IOException {
    Path none = own.resolve("known_hosts");
    String line =
        "source localhost:%d/db: its jump host %s@127.0.0.1:%d shows the key ssh-ed25519 %s, which is not known: %s has none. Ask whoever runs that host for its fingerprint; if it is the same, add the key: ssh-keyscan -p %d 127.0.0.1 >> %s."
            .formatted(
                server.port(),
                jump.user(),
                jump.port(),
                jump.fingerprint(),
                none,
                jump.port(),
                none);
    assertThat(refusal(plan(keys(jump.key(), none)), ErrorCode.HOST_KEY_REFUSED)).isEqualTo(line);
    // Lines for others, for another port, broken ones and authorities vouch for nobody.
    String key = jump.knownHost().split(" ", 2)[1];
    Files.writeString(
        none,
        "127.0.0.1 "
            + key
            + "[127.0.0.1]:1 "
            + key
            + "@cert-authority [127.0.0.1]:"
            + jump.port()
            + " "
            + key
            + "[127.0.0.1]:"
            + jump.port()
            + " ssh-ed25519 !!!\n"
            + "[127.0.0.1]:"
            + jump.port()
            + "\n# "
            + jump.knownHost());
    assertThat(refusal(plan(keys(jump.key(), none)), ErrorCode.HOST_KEY_REFUSED)).isEqualTo(line);
    assertThat(Files.readString(none)).as("nothing is added to it").startsWith("127.0.0.1 ");
  }

  @Test
  void aChangedHostKeyIsRefused() throws IOException {
    try (SshServer changed = SshServer.start(own)) {
      Path known = changed.knownHosts();
      assertLeads(changed, keys(changed.key(), known));
      for (String kind : List.of("ed25519", "ecdsa")) {
        changed.kill();
        changed.giveHostKey(kind);
        changed.startAgain();
        String pattern = "'[127.0.0.1]:" + changed.port() + "'";
        assertThat(
                refusal(
                    new SshPlan(hosts(changed), List.of(), keys(changed.key(), known)),
                    ErrorCode.HOST_KEY_REFUSED))
            .as(kind)
            .startsWith(
                "source localhost:"
                    + server.port()
                    + "/db: its jump host "
                    + changed.user()
                    + "@127.0.0.1:"
                    + changed.port()
                    + " shows the key ")
            .contains(
                changed.fingerprint()
                    + ", but "
                    + known
                    + " has another for it: somebody may stand in between. Ask whoever runs that host whether its key was changed; only then remove the old one: ssh-keygen -R "
                    + pattern
                    + " -f "
                    + known
                    + ".");
      }
      Files.writeString(known, changed.knownHost() + "@revoked " + changed.knownHost());
      assertRefused(
          new SshPlan(hosts(changed), List.of(), keys(changed.key(), known)),
          ErrorCode.HOST_KEY_REFUSED,
          "is marked as revoked in " + known);
    }
  }

  /** A host has keys of several kinds: it is asked for the kind that is known. */
  @Test
  void theKindThatIsKnownIsAskedForAndNamesMayBeHashed() throws IOException {
    try (SshServer two = SshServer.start(own)) {
      two.kill();
      two.giveHostKey("rsa");
      two.startAgain();
      Path known = two.knownHosts();
      two.hash(known);
      assertThat(Files.readString(known)).startsWith("|1|").doesNotContain("127.0.0.1");
      assertLeads(two, keys(two.key(), known));
    }
  }

  @Test
  void aWrongKeyIsRefused() throws IOException {
    Path stranger = jump.makeKey("stranger", "ed25519", "");
    assertThat(refusal(plan(keys(stranger, jump.knownHosts())), ErrorCode.AUTHENTICATION_FAILED))
        .isEqualTo(
            "source localhost:%d/db: its jump host %s@127.0.0.1:%d lets nobody in: it takes none of: %s. Put the public key into that user's authorized_keys there, or name another with --ssh-identity. To try it: ssh -p %d %s@127.0.0.1 true."
                .formatted(
                    server.port(), jump.user(), jump.port(), stranger, jump.port(), jump.user()));
    SshKeys nothing =
        new SshKeys(
            List.of(),
            List.of(own.resolve("id_rsa")),
            Optional.empty(),
            Optional.empty(),
            List.of(jump.knownHosts()));
    assertRefused(
        plan(nothing),
        ErrorCode.AUTHENTICATION_FAILED,
        "lets nobody in: there is no key to offer.");
  }

  @Test
  void keysOfEachKindAndLockedOnes() throws IOException {
    for (String kind : List.of("rsa", "ecdsa", "ed25519")) {
      Path locked = jump.makeKey("locked_" + kind, kind, "open sesame");
      jump.letIn(locked);
      SshKeys right =
          new SshKeys(
              List.of(locked),
              List.of(),
              Optional.empty(),
              Optional.of(new Secret("open sesame")),
              List.of(jump.knownHosts()));
      assertLeads(jump, right);
      assertRefused(
          plan(keys(locked, jump.knownHosts())),
          ErrorCode.CONFIG_INVALID,
          "ssh-identity: the private key " + locked + " cannot be opened without a passphrase");
      SshKeys wrong =
          new SshKeys(
              List.of(locked),
              List.of(),
              Optional.empty(),
              Optional.of(new Secret("open barley")),
              List.of(jump.knownHosts()));
      assertThat(refusal(plan(wrong), ErrorCode.CONFIG_INVALID))
          .contains("cannot be opened with the passphrase given")
          .doesNotContain("barley");
      SshKeys usual =
          new SshKeys(
              List.of(),
              List.of(locked),
              Optional.empty(),
              Optional.empty(),
              List.of(jump.knownHosts()));
      assertRefused(
          plan(usual),
          ErrorCode.AUTHENTICATION_FAILED,
          "there is no key to offer; passed over: "
              + locked
              + " cannot be opened without a passphrase");
    }
    assertRefused(
        plan(keys(own.resolve("none"), jump.knownHosts())),
        ErrorCode.CONFIG_INVALID,
        "is not there, or not to be read by this user");
  }

  @Test
  void theAgentsKeys() throws IOException {
    for (String kind : List.of("ed25519", "rsa")) {
      Path key = jump.makeKey("agents_" + kind, kind, "");
      jump.letIn(key);
      Path socket = own.resolve(kind);
      Process agent = jump.agent(socket);
      try (Tunnels tunnels = new Tunnels()) {
        await().atMost(LIMIT).until(() -> Files.exists(socket));
        jump.add(key, socket);
        SshKeys keys =
            new SshKeys(
                List.of(),
                List.of(),
                Optional.of(socket),
                Optional.empty(),
                List.of(jump.knownHosts()));
        assertEchoes(tunnels.source(server, plan(keys)).reach().orElseThrow(), 10_000);
      } finally {
        agent.destroy();
      }
    }
  }

  @Test
  void afterItsConnectionsAreLostTheMouthLeadsOnAgain() throws IOException {
    try (SshServer shaky = SshServer.start(own);
        Tunnels tunnels = new Tunnels()) {
      SshPlan plan = new SshPlan(hosts(shaky), List.of(), keys(shaky.key(), shaky.knownHosts()));
      Reach reach = tunnels.source(server, plan).reach().orElseThrow();
      for (int i = 0; i < 2; i++) {
        try (Socket socket = new Socket(reach.host(), reach.port())) {
          socket.setSoTimeout((int) LIMIT.toMillis());
          socket.getOutputStream().write(1);
          assertThat(socket.getInputStream().read()).isEqualTo(1);
          shaky.cut();
          assertEnds(socket);
        }
        assertEchoes(reach, 100_000);
      }
      shaky.kill();
      try (Socket socket = new Socket(reach.host(), reach.port())) {
        socket.setSoTimeout((int) LIMIT.toMillis());
        assertEnds(socket);
      }
      FramException seen =
          new FramException(ErrorCode.SERVER_UNREACHABLE, "The driver's words.", "");
      await()
          .atMost(LIMIT)
          .untilAsserted(() ->
              assertThat(tunnels.explained(seen).getMessage())
                  .startsWith("The driver's words. source localhost")
                  .contains("cannot be reached: Connection refused"));
      shaky.startAgain();
      assertEchoes(reach, 100_000);
      assertThat(tunnels.explained(seen)).isSameAs(seen);
      // It comes again as another: then there is no way any more.
      shaky.kill();
      shaky.giveHostKey("ed25519");
      shaky.startAgain();
      try (Socket socket = new Socket(reach.host(), reach.port())) {
        socket.setSoTimeout((int) LIMIT.toMillis());
        assertEnds(socket);
      }
      await()
          .atMost(LIMIT)
          .untilAsserted(() ->
              assertThat(tunnels.explained(seen).getMessage()).contains("has another for it"));
    }
  }

  @Test
  void whatCannotBeReachedIsSaid() throws IOException {
    int nobody;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = socket.getLocalPort();
    }
    SshPlan away =
        new SshPlan(List.of(new JumpHost("u", "127.0.0.1", nobody)), List.of(), keys(jump));
    assertRefused(
        away,
        ErrorCode.SERVER_UNREACHABLE,
        "its jump host u@127.0.0.1:"
            + nobody
            + " cannot be reached: Connection refused. Check host, port and firewall");
    SshPlan noName =
        new SshPlan(List.of(new JumpHost("u", "nowhere.invalid", 22)), List.of(), keys(jump));
    assertRefused(
        noName,
        ErrorCode.SERVER_UNREACHABLE,
        "u@nowhere.invalid:22 cannot be reached: the name has no address.");
    try (Tunnels tunnels = new Tunnels()) {
      Endpoint closed = Endpoint.parse("postgresql://u@127.0.0.1:" + nobody + "/db");
      Reach reach = tunnels.source(closed, plan(keys(jump))).reach().orElseThrow();
      FramException seen =
          new FramException(ErrorCode.SERVER_UNREACHABLE, "The driver's words.", "");
      try (Socket socket = new Socket(reach.host(), reach.port())) {
        assertEnds(socket);
      }
      await()
          .atMost(LIMIT)
          .untilAsserted(() ->
              assertThat(tunnels.explained(seen).getMessage())
                  .contains("cannot connect to 127.0.0.1:" + nobody));
    }
  }

  @Test
  void aHostThatForwardsNothingIsNamed() throws IOException {
    try (SshServer strict = SshServer.start(own, "PermitOpen none");
        Tunnels tunnels = new Tunnels()) {
      SshPlan plan = new SshPlan(hosts(strict), List.of(), keys(strict.key(), strict.knownHosts()));
      Reach reach = tunnels.source(server, plan).reach().orElseThrow();
      try (Socket socket = new Socket(reach.host(), reach.port())) {
        assertEnds(socket);
      }
      FramException seen = new FramException(ErrorCode.CONNECTION_LOST, "The driver's words.", "");
      await()
          .atMost(LIMIT)
          .untilAsserted(() ->
              assertThat(tunnels.explained(seen).getMessage())
                  .contains("may not pass connections on to localhost:")
                  .contains("AllowTcpForwarding"));
    }
  }

  private static void assertLeads(SshServer through, SshKeys keys) throws IOException {
    try (Tunnels tunnels = new Tunnels()) {
      SshPlan plan = new SshPlan(hosts(through), List.of(), keys);
      assertEchoes(tunnels.source(server, plan).reach().orElseThrow(), 10_000);
    }
  }

  private static void assertRefused(SshPlan plan, ErrorCode code, String words) {
    assertThat(refusal(plan, code)).contains(words);
  }

  private static String refusal(SshPlan plan, ErrorCode code) {
    try (Tunnels tunnels = new Tunnels()) {
      tunnels.source(server, plan);
      throw new AssertionError("there is a tunnel");
    } catch (FramException e) {
      assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
      return e.getMessage();
    }
  }

  private static void assertEnds(Socket socket) {
    try {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    } catch (IOException reset) {
      assertThat(reset).isNotInstanceOf(java.net.SocketTimeoutException.class);
    }
  }

  private static void assertEchoes(Reach reach, int bytes) throws IOException {
    byte[] sent = new byte[bytes];
    new Random(bytes).nextBytes(sent);
    try (Socket socket = new Socket(reach.host(), reach.port())) {
      Thread.ofPlatform()
          .start(() -> {
            try {
              OutputStream out = socket.getOutputStream();
              out.write(sent);
              socket.shutdownOutput();
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });
      assertThat(socket.getInputStream().readAllBytes()).isEqualTo(sent);
    }
  }

  private static SshPlan plan(SshKeys keys) {
    return new SshPlan(hosts(jump), List.of(), keys);
  }

  private static List<JumpHost> hosts(SshServer through) {
    return JumpHost.list(through.uri());
  }

  private static SshKeys keys(SshServer of) throws IOException {
    return keys(of.key(), of.knownHosts());
  }

  private static SshKeys keys(Path key, Path known) {
    return new SshKeys(List.of(key), List.of(), Optional.empty(), Optional.empty(), List.of(known));
  }

  private static void echo() {
    while (!echo.isClosed()) {
      try {
        Socket socket = echo.accept();
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try (socket) {
                socket.getInputStream().transferTo(socket.getOutputStream());
              } catch (IOException e) {
                // The test has looked already.
              }
            });
      } catch (IOException e) {
        return;
      }
    }
  }
}
