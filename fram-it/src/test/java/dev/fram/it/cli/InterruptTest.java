// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.it.cli.Program.Result;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.tools.PgTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process of its own that is interrupted, then killed; the same command goes on. */
@Timeout(300)
class InterruptTest {
  private static final String DATABASE = "shop";

  @TempDir Path folder;

  @Test
  void ctrlCAndKill9AreBothResumed() throws Exception {
    String tools = PgTools.atLeast(15).binFolder().toString();
    System.setProperty("fram.pg.bin", tools);
    try (PostgresServer source = PostgresServer.plan(PostgresVersion.V15).start();
        PostgresServer target = PostgresServer.plan(PostgresVersion.V18).start()) {
      source.createDatabase(DATABASE);
      target.createDatabase(DATABASE);
      source.execute(DATABASE, "CREATE TABLE item AS SELECT g AS id FROM generate_series(1, 9) g");
      source.execute(DATABASE, "ALTER TABLE item ADD PRIMARY KEY (id)");
      Program fram = new Program(folder).servers(source, target, DATABASE);

      Process first = start(source, target, tools);
      assertThat(fram.run("status", "--wait-for=READY", "--timeout=2m").code()).isZero();
      signal(first, "INT");
      assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(output()).contains("Run the same command again");
      assertThat(first.exitValue()).isEqualTo(130);

      source.execute(DATABASE, "INSERT INTO item VALUES (10)");
      Process second = start(source, target, tools);
      assertThat(fram.run("status", "--wait-for=READY", "--timeout=2m").code()).isZero();
      second.destroyForcibly();
      assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
      source.execute(DATABASE, "INSERT INTO item VALUES (11)");

      Result last = fram.run("migrate", "--cutover=auto");
      assertThat(last.code()).as(last.out() + last.err()).isZero();
      try (var connection = target.connect(DATABASE);
          var statement = connection.createStatement();
          var rows = statement.executeQuery("SELECT count(*) FROM item")) {
        rows.next();
        assertThat(rows.getInt(1)).isEqualTo(11);
      }
    }
  }

  private Process start(PostgresServer source, PostgresServer target, String tools)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            // A shell's background job inherits an ignored SIGINT, and with it all its children.
            "env",
            "--default-signal=INT",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Xmx128m",
            "-Dfram.pg.bin=" + tools,
            "-cp",
            System.getProperty("java.class.path"),
            "dev.fram.cli.Main",
            "migrate");
    builder
        .environment()
        .putAll(
            Map.of(
                "FRAM_SOURCE", source.uri(DATABASE),
                "FRAM_TARGET", target.uri(DATABASE),
                "FRAM_SOURCE_PASSWORD", source.password(),
                "FRAM_TARGET_PASSWORD", target.password()));
    builder.directory(folder.toFile());
    builder.redirectErrorStream(true).redirectOutput(log().toFile());
    return builder.start();
  }

  private static void signal(Process process, String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  private Path log() {
    return folder.resolve("output");
  }

  private String output() throws IOException {
    return Files.readString(log());
  }
}
