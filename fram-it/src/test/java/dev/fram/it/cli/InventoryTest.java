// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fram.it.cli.Program.Result;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.tools.PgTools;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code fram report --inventory} before, during and after a migration. */
@Timeout(300)
class InventoryTest {
  private static final String DATABASE = "inventory";
  private static final String[] REPORT = {"report", "--inventory", "--exclude", "secret"};
  private static PostgresServer source;
  private static PostgresServer target;

  @TempDir Path folder;

  @BeforeAll
  static void startServers() throws SQLException {
    System.setProperty("fram.pg.bin", PgTools.atLeast(15).binFolder().toString());
    source = PostgresServer.plan(PostgresVersion.V15).start();
    target = PostgresServer.plan(PostgresVersion.V18).start();
    source.createDatabase(DATABASE);
    target.createDatabase(DATABASE);
    source.execute(
        DATABASE,
        """
        CREATE TABLE item (id int PRIMARY KEY, name text);
        CREATE INDEX by_name ON item (name);
        COMMENT ON TABLE item IS 'sold';
        CREATE TABLE secret (id int PRIMARY KEY);
        CREATE VIEW named AS SELECT name FROM item;
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER first BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION f();
        INSERT INTO item SELECT g, 'name ' || g FROM generate_series(1, 100) g
        """);
  }

  @AfterAll
  static void stopServers() {
    source.close();
    target.close();
  }

  @Test
  void saysWhatBecameOfEveryObject() throws Exception {
    Program fram = new Program(folder).servers(source, target, DATABASE);
    Result before = fram.run(REPORT);
    assertThat(before.code()).as(before.toString()).isEqualTo(1);
    assertThat(before.out()).contains("No migration is recorded", "left over: view public.named");

    CompletableFuture<Result> migrate =
        fram.start("migrate", "--exclude", "secret", "--verify=continuous");
    Result waited = fram.run("status", "--wait-for=READY", "--timeout=2m");
    assertThat(waited.code()).as(waited + " " + migrate.getNow(waited)).isZero();
    ready(fram);
    // A person makes a mistake on the target.
    target.execute(DATABASE, "DROP VIEW named; COMMENT ON TABLE item IS NULL");
    Result spoilt = fram.run(REPORT);
    assertThat(spoilt.code()).as(spoilt.toString()).isEqualTo(1);
    assertThat(spoilt.out())
        .contains("left over: comment on table public.item: missing on the target")
        .contains("left over: view public.named: missing on the target");
    assertThat(spoilt.err()).contains("3 of ", "left over.");

    Result refused = fram.run("cutover");
    assertThat(refused.code()).as(refused.toString()).isEqualTo(4);
    assertThat(refused.err()).contains("Not ready for the cutover", "view public.named");
    target.execute(
        DATABASE, "CREATE VIEW named AS SELECT name FROM item; COMMENT ON TABLE item IS 'sold'");
    Result cutover = fram.run("cutover");
    assertThat(cutover.code()).as(cutover.toString()).isZero();
    assertThat(migrate.get().code()).isZero();
    served();
  }

  private static void ready(Program fram) {
    Result ready = fram.run("report", "--inventory", "--exclude", "secret", "--json");
    assertThat(ready.code()).as(ready.toString()).isZero();
    assertThat(state(ready, "view", "public.named")).isEqualTo("VERIFIED");
    assertThat(state(ready, "table", "public.item")).isEqualTo("VERIFIED");
    assertThat(state(ready, "table", "public.secret")).isEqualTo("EXCLUDED");
    assertThat(state(ready, "trigger", "first on public.item")).isEqualTo("TO_COME");
    assertThat(fram.run("report", "--inventory").code()).as("another scope").isEqualTo(3);
  }

  /** From the target alone: the source cannot be reached any more. */
  private void served() throws SQLException {
    Program later = new Program(folder).servers(source, target, DATABASE);
    later.with("FRAM_SOURCE", "postgresql://postgres@127.0.0.1:1/" + DATABASE);
    target.execute(DATABASE, "DROP VIEW named; COMMENT ON TABLE item IS NULL");
    Result left = later.run("report", "--inventory", "--json");
    assertThat(left.code()).as(left.toString()).isEqualTo(1);
    assertThat(state(left, "view", "public.named")).isEqualTo("LEFT_OVER");
    assertThat(state(left, "trigger", "first on public.item")).isEqualTo("VERIFIED");
    assertThat(state(left, "table", "public.item")).isEqualTo("VERIFIED");
    assertThat(state(left, "table", "public.secret")).isEqualTo("EXCLUDED");
    target.execute(
        DATABASE,
        "CREATE VIEW named AS SELECT name FROM item; COMMENT ON TABLE item IS 'sold';"
            + " DROP INDEX by_name");
    Result index = later.run("report", "--inventory");
    assertThat(index.code()).as(index.toString()).isEqualTo(1);
    assertThat(index.out()).contains("left over: index public.by_name: missing on the target");
    target.execute(DATABASE, "CREATE INDEX by_name ON item (name); CREATE INDEX own ON item (id)");
    Result mended = later.run("report", "--inventory");
    assertThat(mended.code()).as(mended.toString()).isZero();
    assertThat(mended.out())
        .contains("Nothing is left over of ")
        .contains("excluded by --exclude=secret: ");
    assertThat(state(later.run("report", "--inventory", "--json"), "index", "public.own"))
        .isEqualTo("EXTRA");
  }

  private static String state(Result result, String kind, String name) {
    List<JsonNode> events = result.events();
    return events.stream()
        .filter(event -> event.get("event").asText().equals("object"))
        .filter(event -> event.get("kind").asText().equals(kind))
        .filter(event -> event.get("name").asText().equals(name))
        .map(event -> event.get("state").asText())
        .findFirst()
        .orElse("not listed");
  }
}
