// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.tools.PgTools;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The keys of the live screen, pressed in real terminals; the log's file meanwhile is full. */
@Timeout(300)
class KeysTest {
  private static final String DATABASE = "shop";

  @TempDir Path folder;

  @Test
  void pausesResumesLeavesAndCutsOver() throws Exception {
    String tools = PgTools.atLeast(15).binFolder().toString();
    System.setProperty("fram.pg.bin", tools);
    try (PostgresServer source = PostgresServer.plan(PostgresVersion.V15).start();
        PostgresServer target = PostgresServer.plan(PostgresVersion.V18).start()) {
      source.createDatabase(DATABASE);
      target.createDatabase(DATABASE);
      source.execute(DATABASE, "CREATE TABLE item AS SELECT g AS id FROM generate_series(1, 9) g");
      source.execute(DATABASE, "ALTER TABLE item ADD PRIMARY KEY (id)");
      Program fram = new Program(folder).servers(source, target, DATABASE);
      try (Pty migrate = pty(source, target, tools, "migrate", "--log-file=/dev/full")) {
        assertThat(fram.run("status", "--wait-for=READY", "--timeout=2m").code()).isZero();
        showsAfter(migrate, "c cuts over");
        assertThat(migrate.modes()).contains("-icanon", "-echo ");
        // The full disk is told, stays on the screen, and has stopped nothing.
        assertThat(migrate.shown()).contains("fram: The log file /dev/full takes nothing");

        migrate.type("p");
        showsAfter(migrate, "Paused: ");
        assertThat(fram.run("cutover").err()).contains("Paused: ");
        watch(source, target, tools);
        migrate.type("p");
        showsAfter(migrate, "It goes on.");

        migrate.type("q");
        showsAfter(migrate, "This is the run itself");
        migrate.type("ccut\n");
        showsAfter(migrate, "Not cut over");
        assertThat(migrate.alive()).isTrue();
        migrate.type("ccutover\n");
        assertThat(migrate.exitCode()).as(migrate.shown()).isZero();
        assertThat(migrate.shown()).contains(" serves. ");
        assertThat(migrate.modes()).doesNotContain("-icanon", "-echo ");
      }
    }
  }

  /** Somebody looks on in another terminal, and leaves. */
  private void watch(PostgresServer source, PostgresServer target, String tools) throws Exception {
    try (Pty status = pty(source, target, tools, "status", "--watch")) {
      showsAfter(status, "q leaves");
      status.type("q");
      assertThat(status.exitCode()).as(status.shown()).isZero();
      assertThat(status.shown()).contains("A process is working on it");
      assertThat(status.modes()).doesNotContain("-icanon", "-echo ");
    }
  }

  private static void showsAfter(Pty terminal, String text) {
    await().atMost(60, TimeUnit.SECONDS).until(() -> terminal.shown().contains(text));
  }

  private Pty pty(PostgresServer source, PostgresServer target, String tools, String... words)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-Dfram.pg.bin=" + tools,
                "-Dstdout.encoding=UTF-8",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.fram.cli.Main"));
    command.addAll(List.of(words));
    return new Pty(
        command,
        Map.of(
            "FRAM_SOURCE", source.uri(DATABASE),
            "FRAM_TARGET", target.uri(DATABASE),
            "FRAM_SOURCE_PASSWORD", source.password(),
            "FRAM_TARGET_PASSWORD", target.password(),
            "FRAM_REVERSE_WINDOW", "none",
            "TERM", "xterm"),
        folder.toFile());
  }
}
