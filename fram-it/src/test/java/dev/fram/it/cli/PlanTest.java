// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fram.it.cli.Program.Result;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.tools.PgTools;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code fram plan} between real servers: what is possible, what is not and why, which to take. */
@Timeout(300)
class PlanTest {
  private static final String NO_WAY_BACK = "--reverse-window=none";
  private static final String ODD = "it's \"odd\"; -- `x`";
  private static MySqlServer source;
  private static MySqlServer target;

  @TempDir Path folder;

  @BeforeAll
  static void startServers() throws SQLException {
    source = MySqlServer.plan(MySqlVersion.V8_0).start();
    target = MySqlServer.plan(MySqlVersion.V8_0).start();
    source.execute(
        "",
        "CREATE DATABASE shop; CREATE TABLE shop.item (id int PRIMARY KEY, name varchar(40));"
            + " CREATE TABLE shop.`it's \"odd\"; -- ``x``` (id int PRIMARY KEY);"
            + " CREATE TABLE shop.log (n int) ENGINE = MyISAM; CREATE TABLE shop.seen (n int);"
            + " CREATE TABLE shop.part (id int PRIMARY KEY, item int,"
            + " FOREIGN KEY (item) REFERENCES shop.item (id) ON DELETE CASCADE);"
            + " INSERT INTO shop.item VALUES (1, 'one'); INSERT INTO shop.log VALUES (1)");
  }

  @AfterAll
  static void stopServers() {
    source.close();
    target.close();
  }

  @Test
  void eachWayOfMySqlIsPossibleAndTheOneThatNeedsTheLeastIsRecommended() throws SQLException {
    String before = state();
    Program fram = mysql(source, target);
    Result result = fram.run("plan", "--json");
    assertThat(result.code()).as(result.out() + result.err()).isZero();
    JsonNode plan = plan(result);
    assertThat(plan.get("ways").findValuesAsText("name"))
        .containsExactly("own-feed", "one-snapshot", "native-feed", "clone");
    assertThat(verdicts(plan)).containsExactly("POSSIBLE", "POSSIBLE", "POSSIBLE", "NOT_POSSIBLE");
    // A table that is not InnoDB would come empty; and nobody has installed the plugin.
    assertThat(failures(plan, "clone")).containsOnly("clone");
    assertThat(way(plan, "clone").get("findings").toString())
        .contains("shop.log", "the CLONE plugin is not active");
    assertThat(plan.get("recommended").asText()).isEqualTo("own-feed");
    assertThat(plan.get("data").get("tables_followed").asInt()).isEqualTo(4);
    assertThat(plan.get("data").get("copied_at_cutover").findValuesAsText("name"))
        .containsExactly("log");
    assertThat(way(plan, "native-feed").get("traits").get("network").asText())
        .contains(source.host() + ":" + source.port(), "give --source-for-target");
    assertThat(plan.get("reasons").toString())
        .contains("native-feed is possible, too", "(cascading-foreign-keys)");
    assertThat(result.last().get("exit_code").asInt()).isZero();

    Result text = fram.run("plan", "--source-for-target=db.example:3307", "--feed=native");
    assertThat(text.code()).as(text.out() + text.err()).isZero();
    assertThat(words(text))
        .contains(
            "own-feed: possible",
            "native-feed: possible (--feed=native --source-for-target=db.example:3307);"
                + " your settings name it",
            "reach the source at db.example:3307. That was not tried",
            "Warnings, whichever is taken",
            "[WARN] usable-key",
            "clone: not possible (--copy=clone --source-for-target=db.example:3307)",
            "Not offered by this version of Fram: xtrabackup",
            "as own-feed rights, versions, network, schema changes, cutover",
            "Recommended: own-feed",
            "fram migrate");
    assertThat(text.out()).doesNotContain("On the target's machine this address is");
    assertThat(result.out() + result.err() + text.out() + text.err())
        .doesNotContain(source.password(), target.password());
    assertThat(state()).as("nothing was written").isEqualTo(before);
  }

  /** What a plan says of a way is what fram check says with that way's options. */
  @Test
  void itsVerdictIsThatOfTheCheck() throws SQLException {
    try (MySqlServer older = MySqlServer.plan(MySqlVersion.V8_0).withoutGtids().start()) {
      Program fram = mysql(source, older);
      Result result = fram.run("plan", "--json");
      assertThat(result.code()).as(result.out() + result.err()).isZero();
      JsonNode plan = plan(result);
      for (JsonNode way : plan.get("ways")) {
        String words = ("check " + way.get("options").asText()).strip();
        assertThat(fram.run(words.split(" ", -1)).code() == 0)
            .as(way.toString())
            .isEqualTo(way.get("possible").asBoolean());
      }
      assertThat(verdicts(plan))
          .containsExactly("POSSIBLE", "POSSIBLE", "NOT_POSSIBLE", "NOT_POSSIBLE");
      assertThat(failures(plan, "native-feed"))
          .containsExactly("native-replica")
          .doesNotContain("gtid-mode");
      assertThat(way(plan, "native-feed").toString()).contains("gtid_mode is OFF", "gtid_mode=ON");
      Result text = fram.run("plan");
      assertThat(words(text))
          .contains(
              "native-feed: not possible (--feed=native)",
              "[FAIL] native-replica",
              "gtid_mode is OFF; a replica led by Fram needs GTIDs on both",
              "-> my.cnf, [mysqld]: gtid_mode=ON and",
              "SET GLOBAL gtid_mode = OFF_PERMISSIVE",
              "native-feed is not possible as the servers are now.");
    }
  }

  /** A source without GTIDs copies better from one state, and the plan says so. */
  @Test
  void aWarningThatAnotherWayAnswersIsNamed() throws SQLException {
    try (MySqlServer older = MySqlServer.plan(MySqlVersion.V8_0).withoutGtids().start()) {
      older.execute("", "CREATE DATABASE shop; CREATE TABLE shop.item (id int PRIMARY KEY)");
      Result result = mysql(older, target).run("plan", "--json");
      assertThat(result.code()).as(result.out() + result.err()).isZero();
      assertThat(plan(result).get("reasons").toString())
          .contains(
              "one-snapshot is possible, too.",
              "Here (gtid-mode): The copy waits for running transactions once, not at each chunk.");
    }
  }

  @Test
  void rightsThatALoginLacksAreNamed() throws SQLException {
    target.execute(
        "",
        "CREATE USER narrow IDENTIFIED BY 'se cret'; GRANT ALL ON *.* TO narrow WITH GRANT OPTION;"
            + " REVOKE REPLICATION_SLAVE_ADMIN ON *.* FROM narrow");
    try {
      Program fram =
          mysql(source, target)
              .with("FRAM_TARGET", "mysql://narrow@" + target.host() + ":" + target.port() + "/")
              .with("FRAM_TARGET_PASSWORD", "se cret");
      Result result = fram.run("plan", "--json");
      assertThat(result.code()).as(result.out() + result.err()).isZero();
      assertThat(verdicts(plan(result)))
          .containsExactly("POSSIBLE", "POSSIBLE", "NOT_POSSIBLE", "NOT_POSSIBLE");
      assertThat(way(plan(result), "native-feed").get("findings").toString())
          .contains("REPLICATION_SLAVE_ADMIN ON *.*", "GRANT REPLICATION_SLAVE_ADMIN");
      assertThat(result.out() + result.err()).doesNotContain("se cret");
    } finally {
      target.execute("", "DROP USER narrow");
    }
  }

  @Test
  void whatOnlyTheWayBackLacksIsToldApart() throws SQLException {
    target.execute("", "CREATE DATABASE other; CREATE TABLE other.t (id int PRIMARY KEY)");
    try {
      Program fram = mysql(source, target);
      Result result = fram.run("plan");
      assertThat(result.code()).as(result.out() + result.err()).isEqualTo(1);
      assertThat(result.out())
          .contains(
              "What stands in the way of each of them",
              "[FAIL] way-back",
              "own-feed: possible only with --reverse-window none");
      assertThat(result.err()).contains("No way is possible").contains("--reverse-window none");
      Result without = fram.run("plan", NO_WAY_BACK);
      assertThat(without.code()).as(without.out() + without.err()).isZero();
    } finally {
      target.execute("", "DROP DATABASE other");
    }
  }

  /** Possible where both have the plugin, and one login is good on both. */
  @Test
  void aCloneIsPossibleBetweenServersOfOneKind() throws SQLException {
    try (MySqlServer from = withPlugin();
        MySqlServer to = withPlugin()) {
      from.execute("", "CREATE DATABASE shop; CREATE TABLE shop.item (id int PRIMARY KEY)");
      Program fram =
          mysql(from, to)
              .with("FRAM_SOURCE", "mysql://fram@" + from.host() + ":" + from.port() + "/")
              .with("FRAM_TARGET", "mysql://fram@" + to.host() + ":" + to.port() + "/")
              .with("FRAM_SOURCE_PASSWORD", "se cret")
              .with("FRAM_TARGET_PASSWORD", "se cret")
              .with("FRAM_COPY", "clone");
      Result result = fram.run("plan");
      assertThat(result.code()).as(result.out() + result.err()).isZero();
      assertThat(words(result))
          .contains(
              "clone: possible (--copy=clone); your settings name it", "Recommended: own-feed");
      Result check = fram.run("check");
      assertThat(check.code()).as(check.out() + check.err()).isZero();
      assertThat(check.out()).contains("[PASS] clone");
      assertThat(result.out() + check.out()).doesNotContain("se cret");
    }
  }

  private static MySqlServer withPlugin() throws SQLException {
    MySqlServer server =
        MySqlServer.plan(MySqlVersion.V8_0).setting("plugin_load_add", "mysql_clone.so").start();
    server.execute(
        "", "CREATE USER fram IDENTIFIED BY 'se cret'; GRANT ALL ON *.* TO fram WITH GRANT OPTION");
    return server;
  }

  @Test
  void mariaDbIsOfferedWhatThereIsForIt() throws SQLException {
    try (MySqlServer from = MySqlServer.plan(MySqlVersion.MARIADB_11_4).start();
        MySqlServer to = MySqlServer.plan(MySqlVersion.MARIADB_11_4).start()) {
      from.execute("", "CREATE DATABASE shop; CREATE TABLE shop.item (id int PRIMARY KEY)");
      Program fram = mysql(from, to).with("FRAM_FEED", "native");
      Result result = fram.run("plan");
      assertThat(result.code()).as(result.out() + result.err()).isZero();
      assertThat(result.out())
          .contains(
              "one-snapshot: possible",
              "native-feed: not possible (--feed=native); your settings name it",
              "it encrypts no connection",
              "then the target follows as MariaDB's own replica",
              "REPLICATION SLAVE ADMIN, SLAVE MONITOR, BINLOG ADMIN and RELOAD",
              "Not offered by this version of Fram: mariadb-backup");
      Program plain = fram.with("FRAM_SOURCE", from.uri("shop") + "?ssl-mode=DISABLED");
      Result possible = plain.run("plan");
      assertThat(possible.code()).as(possible.out() + possible.err()).isZero();
      assertThat(possible.out()).contains("native-feed: possible (--feed=native)");
      Result check = plain.run("check");
      assertThat(check.code()).as(check.out() + check.err()).isZero();
      assertThat(check.out() + check.err())
          .contains("[PASS] native-replica", "[WARN] native-replica", "log_slave_updates is OFF");
    }
  }

  @Test
  void postgresql() throws SQLException {
    System.setProperty("fram.pg.bin", PgTools.atLeast(15).binFolder().toString());
    try (PostgresServer from = PostgresServer.plan(PostgresVersion.V15).start();
        PostgresServer to = PostgresServer.plan(PostgresVersion.V18).start()) {
      from.createDatabase("shop");
      to.createDatabase("shop");
      from.execute(
          "shop",
          "CREATE TABLE item (id int PRIMARY KEY); CREATE TABLE \""
              + ODD.replace("\"", "\"\"")
              + "\" (id int PRIMARY KEY); INSERT INTO \""
              + ODD.replace("\"", "\"\"")
              + "\" SELECT generate_series(1, 5000);"
              + " CREATE UNLOGGED TABLE cache (id int PRIMARY KEY)");
      Program fram = new Program(folder).servers(from, to, "shop");
      Result result = fram.run("plan");
      assertThat(result.code()).as(result.out() + result.err()).isZero();
      assertThat(words(result))
          .contains(
              "own-feed: possible",
              "Recommended: own-feed",
              "the largest is public." + ODD,
              "1 table is copied whole meanwhile, 0 B: under a second",
              "The largest is public.cache.",
              "native-feed: possible (--feed=native)",
              "base-backup: not possible (--copy=base-backup)",
              "a base backup is for one major version",
              "Speed: The copy is that of own-feed.");
      assertThat(result.out() + result.err()).doesNotContain(from.password(), to.password());
      for (PostgresServer server : List.of(from, to)) {
        assertThat(traces(server)).isZero();
      }

      to.execute("shop", "CREATE TABLE item (id int)");
      Result none = fram.run("plan", "--json");
      assertThat(none.code()).as(none.out() + none.err()).isEqualTo(1);
      assertThat(plan(none).get("recommended").isNull()).isTrue();
      assertThat(failures(plan(none), "own-feed")).isNotEmpty();
      assertThat(none.last().get("code").asText()).isEqualTo("CHECK_FAILED");
      Result told = fram.run("plan", "-q");
      assertThat(told.err()).startsWith("fram: No way is possible").hasLineCount(1);
      assertThat(told.out()).isEmpty();
    }
  }

  @Test
  void whatKeepsItFromLookingIsOneLine() {
    Program fram = mysql(source, target).with("FRAM_SOURCE_PASSWORD", "not-the-password");
    Result refused = fram.run("plan");
    assertThat(refused.code()).as(refused.out() + refused.err()).isEqualTo(3);
    assertThat(refused.err()).hasLineCount(1).doesNotContain("not-the-password");
    Result wrong = mysql(source, target).run("plan", "--source-for-target=nowhere");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("source-for-target").contains("host:port");
  }

  private Program mysql(MySqlServer from, MySqlServer to) {
    return new Program(folder)
        .with("FRAM_SOURCE", from.uri("shop"))
        .with("FRAM_TARGET", to.uri(""))
        .with("FRAM_SOURCE_PASSWORD", from.password())
        .with("FRAM_TARGET_PASSWORD", to.password());
  }

  /** The output as one line, however it was broken. */
  private static String words(Result result) {
    return result.out().replaceAll("\\s+", " ");
  }

  private static JsonNode plan(Result result) {
    List<JsonNode> plans =
        result.events().stream().filter(e -> e.get("event").asText().equals("plan")).toList();
    assertThat(plans).as(result.out() + result.err()).hasSize(1);
    return plans.getFirst().get("plan");
  }

  private static JsonNode way(JsonNode plan, String name) {
    Optional<JsonNode> found =
        StreamSupport.stream(plan.get("ways").spliterator(), false)
            .filter(way -> way.get("name").asText().equals(name))
            .findFirst();
    assertThat(found).as(plan.toString()).isPresent();
    return found.orElseThrow();
  }

  private static List<String> verdicts(JsonNode plan) {
    return plan.get("ways").findValuesAsText("verdict");
  }

  private static List<String> failures(JsonNode plan, String way) {
    List<String> codes = new ArrayList<>();
    for (JsonNode finding : way(plan, way).get("findings")) {
      if (finding.get("severity").asText().equals("FAIL")) {
        codes.add(finding.get("code").asText());
      }
    }
    return codes;
  }

  private static long traces(PostgresServer server) throws SQLException {
    try (Connection connection = server.connect("shop");
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = 'fram')"
                    + " + (SELECT count(*) FROM pg_replication_slots)"
                    + " + (SELECT count(*) FROM pg_publication)")) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Each transaction that writes has a number of its own. */
  private static String state() throws SQLException {
    String sql =
        "SELECT CONCAT_WS(' ', @@global.gtid_executed, (SELECT COUNT(*) FROM mysql.user),"
            + " (SELECT COUNT(*) FROM performance_schema.replication_connection_configuration),"
            + " (SELECT COUNT(*) FROM performance_schema.persisted_variables))";
    return source.value("", sql).orElseThrow() + " | " + target.value("", sql).orElseThrow();
  }
}
