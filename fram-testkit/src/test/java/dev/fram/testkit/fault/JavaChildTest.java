// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JavaChildTest {
  /** What the child runs: a server of its own, and then it waits to be killed. */
  static final class Main {
    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
      if (arguments[0].equals("postgresql")) {
        PostgresServer server = PostgresServer.plan(PostgresVersion.V15).start();
        show(server.pid(), server.dataFolder());
      } else {
        MySqlServer server = MySqlServer.plan(MySqlVersion.V8_0).start();
        show(server.pid(), server.dataFolder());
      }
      new CountDownLatch(1).await();
    }

    private static void show(long pid, Path data) {
      System.out.println("pid=" + pid + " home=" + data.getParent());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"postgresql", "mysql"})
  void aKilledProcessIsGoneAndSoAreItsServers(String product, @TempDir Path folder)
      throws Exception {
    try (JavaChild child = start(product, folder)) {
      long server = serverPid(child);
      Path home = home(child);
      child.kill9();
      assertThat(child.alive()).isFalse();
      await().atMost(Duration.ofSeconds(20)).until(() -> ProcessHandle.of(server).isEmpty());
      await().atMost(Duration.ofSeconds(20)).until(() -> !Files.exists(home));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"postgresql", "mysql"})
  void aTerminatedProcessStopsItsServersItself(String product, @TempDir Path folder)
      throws Exception {
    try (JavaChild child = start(product, folder)) {
      long server = serverPid(child);
      child.terminate();
      child.awaitExit(Duration.ofSeconds(20));
      assertThat(ProcessHandle.of(server)).isEmpty();
      Path home = home(child);
      assertThat(home).doesNotExist();
    }
  }

  private static JavaChild start(String product, Path folder) throws Exception {
    return JavaChild.start(
        Main.class.getName(), List.of(product), Map.of(), folder.resolve("output"));
  }

  private static Path home(JavaChild child) throws IOException {
    return Path.of(child.output().replaceAll("(?s).*home=(\\S+).*", "$1"));
  }

  private static long serverPid(JavaChild child) {
    await().atMost(Duration.ofSeconds(60)).until(() -> child.output().contains("home=/"));
    try {
      return Long.parseLong(child.output().replaceAll("(?s).*pid=(\\d+).*", "$1"));
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }
}
