// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fram.it.cli.Program.Result;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.tools.PgTools;
import dev.fram.testkit.tools.TestCertificate;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class CommandLineTest {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static PostgresServer source;
  private static PostgresServer target;

  @TempDir static Path files;
  @TempDir Path folder;
  private String database;
  private Program fram;

  @BeforeAll
  static void startServers() throws SQLException {
    System.setProperty("fram.pg.bin", PgTools.atLeast(15).binFolder().toString());
    source = PostgresServer.plan(PostgresVersion.V15).start();
    target = PostgresServer.plan(PostgresVersion.V18).start();
    TestCertificate.in(files, "CN=target.example, O=Fram").showOn(target);
  }

  @AfterAll
  static void stopServers() {
    source.close();
    target.close();
  }

  @BeforeEach
  void createDatabases() throws SQLException {
    database = "cli" + NUMBER.incrementAndGet();
    source.createDatabase(database);
    target.createDatabase(database);
    source.execute(
        database,
        "CREATE TABLE item (id int PRIMARY KEY, name text);"
            + " INSERT INTO item SELECT g, 'name ' || g FROM generate_series(1, 5000) g");
    fram = new Program(folder).servers(source, target, database);
  }

  @Test
  void checkFindsTwoReadyServers() {
    Result result = fram.run("check", "--json");
    assertThat(result.code()).as(result.out() + result.err()).isZero();
    List<JsonNode> findings =
        result.events().stream().filter(e -> e.get("event").asText().equals("finding")).toList();
    assertThat(findings).hasSizeGreaterThan(10);
    assertThat(findings).allMatch(f -> !f.get("code").asText().isEmpty());
    assertThat(result.last().get("exit_code").asInt()).isZero();
    assertThat(result.out() + result.err()).doesNotContain(source.password());
  }

  @Test
  void checkSaysWhatToDoAndExitsWithOne() throws SQLException {
    target.execute(database, "CREATE TABLE item (id int); INSERT INTO item VALUES (1)");
    // Nothing is measured then: it would write to the target.
    for (String[] words : new String[][] {{"check"}, {"check", "--measure"}}) {
      Result result = fram.run(words);
      assertThat(result.code()).as(result.out() + result.err()).isEqualTo(1);
      assertThat(result.out()).contains("[FAIL]").contains("-> ").doesNotContain("durable commits");
      assertThat(result.err()).contains("failed. Not ready");
    }
  }

  @Test
  void checkMeasuresWhenItIsAskedTo() {
    Result result = fram.run("check", "--measure");
    assertThat(result.code()).as(result.out() + result.err()).isZero();
    assertThat(result.out()).contains("[PASS]", "durable commits", "limited by");
    assertThat(result.out() + result.err()).contains("the scratch table is dropped");
  }

  @Test
  void measureSaysHowLongAPageWaits() throws SQLException {
    Result result =
        fram.run(
            "measure",
            "--time",
            "3s",
            "--scratch-size",
            "4MiB",
            "--queries-per-page",
            "40",
            "--save");
    assertThat(result.code()).as(result.out() + result.err()).isZero();
    assertThat(result.out())
        .containsPattern("A page with 40 queries one after another waits [\\d.,]+ ms");
    Result wrong = fram.run("measure", "--queries-per-page", "0");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("--queries-per-page is \"0\"");
    assertThat(ask(target, "SELECT count(*) FROM fram.kept WHERE name = 'forecast'")).isOne();
    Result check = fram.run("check");
    assertThat(check.code()).as("what is kept is Fram's own: " + check.out()).isZero();
  }

  @Test
  void aWholeMigrationFromTwoTerminals() throws Exception {
    Path moved = folder.resolve("moved");
    CompletableFuture<Result> migrate =
        fram.start(
            "migrate", "--json", "--switch-command", "printf %s $FRAM_TARGET_PORT > " + moved);
    Result ready = fram.run("status", "--wait-for=READY", "--timeout=2m");
    assertThat(ready.code()).as(ready.out() + ready.err() + done(migrate)).isZero();
    source.execute(database, "INSERT INTO item VALUES (100000, 'after the copy')");

    Result second = fram.run("migrate", "--retry-budget=1s");
    assertThat(second.code()).as(second.out() + second.err()).isEqualTo(3);
    Result early = fram.run("report", "--html", "early.html");
    assertThat(early.out() + early.err()).contains("Ready for the cutover", "early.json");

    Result rehearsal = fram.run("cutover", "--dry-run");
    assertThat(rehearsal.code()).as(rehearsal.out() + rehearsal.err()).isZero();
    assertThat(rehearsal.out().lines().count()).isGreaterThan(4);

    Result cutover = fram.run("cutover");
    assertThat(cutover.code()).as(cutover.out() + cutover.err()).isZero();
    Result migrated = migrate.get();
    assertThat(migrated.code()).as(migrated.out() + migrated.err()).isZero();
    assertThat(migrated.last().get("event").asText()).isEqualTo("done");
    assertThat(moved).hasContent(Integer.toString(target.port()));
    assertThat(count(target)).isEqualTo(5001);

    Result status = fram.run("status", "--json");
    assertThat(status.code()).isZero();
    JsonNode picture = status.events().getFirst().get("status");
    assertThat(picture.get("phase").asText()).isEqualTo("SERVING");
    assertThat(picture.get("copy").get("rows").asLong()).isEqualTo(5000);
    assertThat(fram.run("cancel").code()).isEqualTo(3);

    new WrittenReport(fram, folder).afterTheCutover(database);
    assertThat(slots()).isZero();
  }

  @Test
  void cancelLeavesNoTrace() throws Exception {
    CompletableFuture<Result> migrate = fram.start("migrate");
    Result ready = fram.run("status", "--wait-for=READY", "--timeout=2m");
    assertThat(ready.code()).as(ready.out() + ready.err() + done(migrate)).isZero();
    Result cancel = fram.run("cancel");
    assertThat(cancel.code()).as(cancel.out() + cancel.err()).isZero();
    assertThat(migrate.get().code()).isZero();
    assertThat(slots()).isZero();
    for (PostgresServer server : List.of(source, target)) {
      assertThat(ask(server, "SELECT count(*) FROM pg_namespace WHERE nspname = 'fram'")).isZero();
    }
    assertThat(ask(target, "SELECT count(*) FROM pg_class WHERE relname = 'item'")).isZero();
    assertThat(fram.run("status").code()).isEqualTo(3);
  }

  @Test
  void aChangedSchemaHoldsItUntilTheChangeIsUndone() throws Exception {
    CompletableFuture<Result> migrate = fram.start("migrate");
    Result ready = fram.run("status", "--wait-for=READY", "--timeout=2m");
    assertThat(ready.code()).as(ready.out() + ready.err() + done(migrate)).isZero();
    source.execute(database, "ALTER TABLE item ADD COLUMN colour text");
    await().atMost(60, TimeUnit.SECONDS).until(() -> held().contains("public.item"));
    Result refused = fram.run("cutover");
    assertThat(refused.code()).as(refused.out() + refused.err()).isNotZero();
    source.execute(database, "ALTER TABLE item DROP COLUMN colour");
    await().atMost(60, TimeUnit.SECONDS).until(() -> held().isEmpty());
    Result cutover = fram.run("cutover");
    assertThat(cutover.code()).as(cutover.out() + cutover.err()).isZero();
    assertThat(migrate.get().code()).isZero();
  }

  private String held() {
    JsonNode held = fram.run("status", "--json").events().getFirst().get("status").get("held");
    return held.isNull() ? "" : held.asText();
  }

  @Test
  void whatKeepsItFromStartingHasItsExitCode() {
    Program wrong = new Program(folder).servers(source, target, database);
    wrong.with("FRAM_SOURCE_PASSWORD", "not-the-password");
    Result refused = wrong.run("check");
    assertThat(refused.code()).as(refused.err()).isEqualTo(3);
    assertThat(refused.err()).contains(source.host()).doesNotContain("not-the-password");

    Program nowhere = new Program(folder).servers(source, target, database);
    nowhere.with("FRAM_TARGET", "postgresql://postgres@127.0.0.1:1/" + database);
    Result unreachable = nowhere.run("check");
    assertThat(unreachable.code()).as(unreachable.err()).isEqualTo(4);
    assertThat(unreachable.err()).contains("127.0.0.1:1").hasLineCount(1);

    assertThat(fram.run("status").code()).isEqualTo(3);
    assertThat(fram.run("cutover").code()).isEqualTo(3);
    assertThat(fram.run("status", "--wait-for=READY", "--timeout=1s").code()).isEqualTo(1);
  }

  /** What a run said that ended when it should not have. */
  private static String done(CompletableFuture<Result> run) {
    return run.isDone() ? run.join().toString() : "";
  }

  private long count(PostgresServer server) throws SQLException {
    return ask(server, "SELECT count(*) FROM item");
  }

  private long slots() throws SQLException {
    return ask(
        source, "SELECT count(*) FROM pg_replication_slots WHERE database = '" + database + "'");
  }

  private long ask(PostgresServer server, String question) throws SQLException {
    try (Connection connection = server.connect(database);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(question)) {
      row.next();
      return row.getLong(1);
    }
  }
}
