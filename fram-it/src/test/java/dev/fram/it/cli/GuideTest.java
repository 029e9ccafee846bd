// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.it.cli.Guide.Step;
import dev.fram.it.cli.Program.Result;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.tools.PgTools;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A person who has never seen Fram follows the guide word for word: each command of its console
 * blocks is run as it stands there, and what the page shows must come. Only the servers' addresses
 * are others, and these servers speak no TLS.
 */
@Timeout(200)
class GuideTest {
  private static final Path GUIDES = Path.of("..", "docs", "guide");
  private static final String SAME =
      "CREATE TABLE customer (id int PRIMARY KEY, name varchar(80));"
          + " CREATE TABLE orders (id int PRIMARY KEY, customer int REFERENCES customer (id));"
          + " INSERT INTO customer VALUES (1, 'Ann'), (2, 'Bo'); INSERT INTO orders VALUES (1, 2)";

  @TempDir Path folder;

  @Test
  void postgresql() throws Exception {
    System.setProperty("fram.pg.bin", PgTools.atLeast(15).binFolder().toString());
    try (PostgresServer source = PostgresServer.plan(PostgresVersion.V15).start();
        PostgresServer target = PostgresServer.plan(PostgresVersion.V18).start()) {
      for (PostgresServer server : List.of(source, target)) {
        server.createDatabase("shop");
        server.execute("shop", "CREATE ROLE fram LOGIN SUPERUSER PASSWORD 'change me'");
      }
      source.execute("shop", SAME);
      follow(
          "first-migration.md",
          source.host() + ":" + source.port(),
          target.host() + ":" + target.port());
    }
  }

  @Test
  void mysql() throws Exception {
    try (MySqlServer source = MySqlServer.plan(MySqlVersion.V8_0).start();
        MySqlServer target = MySqlServer.plan(MySqlVersion.V8_0).start()) {
      for (MySqlServer server : List.of(source, target)) {
        server.execute(
            "",
            "CREATE USER fram IDENTIFIED BY 'change me'; GRANT ALL ON *.* TO fram WITH GRANT OPTION");
      }
      source.execute("", "CREATE DATABASE shop");
      source.execute("shop", SAME);
      follow(
          "first-migration-mysql.md",
          source.host() + ":" + source.port(),
          target.host() + ":" + target.port());
    }
  }

  /** Or a guide could show what it likes. */
  @Test
  void whatDoesNotComeIsMissed() {
    Step step = new Step("./fram check", List.of("source db:5432/shop (5 MB)", "38 passed"));
    assertThat(step.missingIn("source db:1/shop (12.5 kB)\nmore\n7 passed")).isEmpty();
    assertThat(step.missingIn("7 passed\nsource db:1/shop (12.5 kB)")).containsExactly("38 passed");
    assertThat(step.missingIn("source db:1/store (5 MB)\n7 failed")).hasSize(2);
  }

  private void follow(String page, String source, String target) throws Exception {
    Program fram = new Program(folder);
    List<String> missing = new ArrayList<>();
    List<Ran> running = new ArrayList<>();
    for (Step step : Guide.steps(GUIDES.resolve(page))) {
      String command =
          step.command()
              .replaceAll("old\\.example\\.com:\\d+", source)
              .replaceAll("new\\.example\\.com:\\d+", target)
              .replaceAll("\\?ssl-?mode=[a-zA-Z_-]+", "")
              .replaceAll("\\s+#.*", "");
      if (command.startsWith("export ")) {
        export(fram, command.substring("export ".length()));
      } else if (command.equals("./fram migrate")) {
        running.add(new Ran(step, fram.start("migrate")));
      } else {
        assertThat(command).startsWith("./fram ");
        Result result = fram.run(command.substring("./fram ".length()).split(" ", -1));
        assertThat(result.code()).as(command + result + soFar(running)).isZero();
        missing.addAll(compared(step, result));
      }
    }
    for (Ran ran : running) {
      Result result = ran.result().get(60, TimeUnit.SECONDS);
      assertThat(result.code()).as(result.toString()).isZero();
      missing.addAll(compared(ran.step(), result));
    }
    assertThat(running).hasSize(1);
    assertThat(missing).isEmpty();
  }

  private static List<String> compared(Step step, Result result) {
    List<String> missing = new ArrayList<>(step.missingIn(result.out() + result.err()));
    if (!missing.isEmpty()) {
      missing.add("in the output of " + step.command() + ":\n" + result.out() + result.err());
    }
    return missing;
  }

  private static void export(Program fram, String words) {
    String[] parts = words.split("=", 2);
    fram.with(parts[0], parts[1].replaceAll("^'|'$", ""));
  }

  private static String soFar(List<Ran> running) {
    return running.stream()
        .filter(ran -> ran.result().isDone())
        .map(ran -> ran.result().join().toString())
        .findFirst()
        .orElse("");
  }

  /** What was started and goes on. */
  private record Ran(Step step, CompletableFuture<Result> result) {}
}
