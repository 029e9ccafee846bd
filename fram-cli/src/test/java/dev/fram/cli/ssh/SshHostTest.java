// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.host.HostAnswer;
import dev.fram.api.host.HostScript;
import dev.fram.api.host.ServerHost;
import dev.fram.api.model.Secret;
import dev.fram.cli.host.ThisMachine;
import dev.fram.testkit.server.SshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Scripts on this machine, and on one behind a real sshd; both are to behave alike. */
@Timeout(120)
class SshHostTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String ODD = "a 'b' \"c\" $HOME `id` \\ ; # \n \u00e9\ud83d\ude00";

  @TempDir private static Path folder;
  private static SshServer server;
  private static Tunnels tunnels;
  private static ServerHost there;

  @BeforeAll
  static void connect() throws IOException {
    server = SshServer.machine(Files.createDirectory(folder.resolve("machine")));
    SshKeys keys =
        new SshKeys(
            List.of(server.key()),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            List.of(server.knownHosts()));
    JumpHost host = JumpHost.list(server.uri()).getFirst();
    tunnels = new Tunnels();
    there = tunnels.machine(host, new SshPlan(List.of(), List.of(), Optional.of(host), keys));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  @AfterAll
  static void close() {
    tunnels.close();
    server.close();
  }

  static Stream<ServerHost> hosts() {
    return Stream.of(new ThisMachine(), there);
  }

  private static HostAnswer run(ServerHost host, String script, String... arguments) {
    return host.run(HostScript.of("trying it", script, List.of(arguments)), line -> {}, () -> {});
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void saysWhatItSaidAndHowItEnded(ServerHost host) {
    HostAnswer answer = run(host, "echo one; echo; echo two; echo 'no way' >&2; exit 75");
    assertThat(answer.exit()).isEqualTo(75);
    assertThat(answer.output()).containsExactly("one", "two");
    assertThat(answer.errors()).isEqualTo("no way");
    assertThat(answer.done()).isFalse();
    assertThat(run(host, "true").done()).isTrue();
    assertThat(run(host, "no_such_program_anywhere").exit()).isEqualTo(127);
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void argumentsComeAsTheyAre(ServerHost host) {
    HostAnswer answer = run(host, "printf '%s|' \"$#\" \"$@\"", ODD, "", "*");
    assertThat(String.join("\n", answer.output())).isEqualTo("3|" + ODD + "||*|");
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void secretsComeByTheInputAlone(ServerHost host) {
    HostScript script =
        new HostScript(
            "trying it",
            "IFS= read -r one; IFS= read -r two; cat /proc/$$/cmdline | tr '\\0' ' '; echo;"
                + " printf '%s\\n' \"$one\" \"$two\"",
            List.of("open"),
            List.of(new Secret("s3cret 'one' \\"), new Secret("s3cret two")));
    HostAnswer answer = host.run(script, line -> {}, () -> {});
    assertThat(answer.output()).hasSize(3).endsWith("s3cret 'one' \\", "s3cret two");
    assertThat(answer.output().getFirst()).contains("open").doesNotContain("s3cret one");
    assertThat(script.toString()).doesNotContain("s3cret");
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void muchIsPassedOnAndTheEndOfItKept(ServerHost host) {
    AtomicInteger lines = new AtomicInteger();
    HostAnswer answer =
        host.run(
            HostScript.of("trying it", "seq 1 200000; seq 1 50000 >&2", List.of()),
            line -> lines.incrementAndGet(),
            () -> {});
    assertThat(lines).hasValue(200_000);
    assertThat(answer.output()).hasSize(1000).endsWith("200000");
    assertThat(answer.errors()).endsWith("50000").hasSizeLessThan(1000);
  }

  /** The script hears of it by the end of its input. */
  @ParameterizedTest
  @MethodSource("hosts")
  void whoGivesUpEndsTheScript(ServerHost host) throws IOException {
    Path ended = folder.resolve("ended-" + System.nanoTime());
    List<String> heard = new ArrayList<>();
    HostScript waits =
        HostScript.of(
            "trying it",
            "echo begun; while IFS= read -r nothing; do :; done; touch \"$1\"",
            List.of(ended.toString()));
    assertThatThrownBy(() ->
            host.run(
                waits,
                heard::add,
                () -> {
                  if (!heard.isEmpty()) {
                    throw new IllegalStateException("enough");
                  }
                }))
        .hasMessage("enough");
    await().atMost(LIMIT).until(() -> Files.exists(ended));
  }

  /** What a script has started may keep its output open. */
  @ParameterizedTest
  @MethodSource("hosts")
  void nobodyWaitsForWhatGoesOn(ServerHost host) {
    HostAnswer answer = run(host, "sleep 300 >/dev/null 2>&1 </dev/null & echo $!");
    assertThat(answer.done()).isTrue();
    run(new ThisMachine(), "kill " + answer.output().getFirst());
  }

  @Test
  void aConnectionThatDiesIsNamedAndMadeAgain() {
    List<String> heard = new CopyOnWriteArrayList<>();
    CompletableFuture<HostAnswer> running =
        CompletableFuture.supplyAsync(() ->
            there.run(
                HostScript.of("waiting there", "echo begun; sleep 60", List.of()),
                heard::add,
                () -> {}));
    await().atMost(LIMIT).until(() -> !heard.isEmpty());
    server.cut();
    assertThatThrownBy(running::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SERVER_UNREACHABLE))
        .hasMessageContaining("the SSH connection was lost while waiting there");
    assertThat(run(there, "echo again").output()).containsExactly("again");
    assertThat(there.display()).isEqualTo(server.user() + "@127.0.0.1:" + server.port());
  }
}
