// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaChildTest {
  /** What the child runs: a server of its own, and then it waits to be killed. */
  static final class Main {
    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
      PostgresServer server = PostgresServer.plan(PostgresVersion.V15).start();
      System.out.println("pid=" + server.pid() + " home=" + server.dataFolder().getParent());
      new CountDownLatch(1).await();
    }
  }

  @Test
  void aKilledProcessIsGoneAndSoAreItsServers(@TempDir Path folder) throws Exception {
    try (JavaChild child = start(folder)) {
      long server = serverPid(child);
      Path home = home(child);
      child.kill9();
      assertThat(child.alive()).isFalse();
      await().atMost(Duration.ofSeconds(20)).until(() -> ProcessHandle.of(server).isEmpty());
      await().atMost(Duration.ofSeconds(20)).until(() -> !Files.exists(home));
    }
  }

  @Test
  void aTerminatedProcessStopsItsServersItself(@TempDir Path folder) throws Exception {
    try (JavaChild child = start(folder)) {
      long server = serverPid(child);
      child.terminate();
      child.awaitExit(Duration.ofSeconds(20));
      assertThat(ProcessHandle.of(server)).isEmpty();
      Path home = home(child);
      assertThat(home).doesNotExist();
    }
  }

  private static JavaChild start(Path folder) throws Exception {
    return JavaChild.start(Main.class.getName(), List.of(), Map.of(), folder.resolve("output"));
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
