// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.it.cli.Program.Result;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.tools.PgTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The guide's privileges are enough for a whole migration: its own statements are run. */
@Timeout(300)
class PrivilegesTest {
  private static final Path GUIDE = Path.of("..", "docs", "guide", "privileges.md");
  private static final Path REPLICA = Path.of("..", "docs", "guide", "native-replication.md");
  private static final Path CLONE = Path.of("..", "docs", "guide", "clone.md");
  private static final String DATABASE = "shop";
  private static final Duration LIMIT = Duration.ofMinutes(2);

  /** What it needs beside these stands in a section of its own. */
  private static final String NO_WAY_BACK = "--reverse-window=none";

  @TempDir Path folder;

  @Test
  void theGuidesPrivilegesAreEnough() throws Exception {
    migrates(statements("-- on the target"));
  }

  @Test
  void theyAreEnoughWithoutSettingTheReplicationRole() throws Exception {
    String all = statements("-- on the target");
    migrates(all.substring(0, all.indexOf("GRANT SET ON PARAMETER")));
  }

  @Test
  void theyAreEnoughForASubscription() throws Exception {
    migrates(
        PostgresVersion.V16,
        statements("-- on the source") + statements("-- on the source, for --feed=native"),
        statements("-- on the target") + statements("-- on the target, for --feed=native"),
        Map.of("FRAM_FEED", "native"));
  }

  private void migrates(String onTheTarget) throws Exception {
    migrates(PostgresVersion.V15, statements("-- on the source"), onTheTarget, Map.of());
  }

  private void migrates(
      PostgresVersion from, String onTheSource, String onTheTarget, Map<String, String> settings)
      throws Exception {
    System.setProperty("fram.pg.bin", PgTools.atLeast(from.major()).binFolder().toString());
    try (PostgresServer source = PostgresServer.plan(from).start();
        PostgresServer target = PostgresServer.plan(PostgresVersion.V18).start()) {
      source.createDatabase(DATABASE);
      target.createDatabase(DATABASE);
      source.execute(
          DATABASE,
          "CREATE ROLE app; CREATE SCHEMA sales AUTHORIZATION app;"
              + " CREATE TABLE sales.item (id int PRIMARY KEY, parent int REFERENCES sales.item);"
              + " ALTER TABLE sales.item OWNER TO app;"
              + " CREATE TABLE public.note (id serial PRIMARY KEY);"
              + " ALTER TABLE public.note OWNER TO app;"
              + " CREATE TABLE public.seen (n int); ALTER TABLE public.seen OWNER TO app;"
              + " INSERT INTO sales.item SELECT g, nullif(g - 1, 0) FROM generate_series(1, 99) g");
      source.execute(DATABASE, onTheSource);
      target.execute(DATABASE, onTheTarget);
      Program fram =
          new Program(folder)
              .with("FRAM_SOURCE", uri(source))
              .with("FRAM_TARGET", uri(target))
              .with("FRAM_SOURCE_PASSWORD", "change me")
              .with("FRAM_TARGET_PASSWORD", "change me");
      for (Map.Entry<String, String> setting : settings.entrySet()) {
        fram = fram.with(setting.getKey(), setting.getValue());
      }
      Result check = fram.run("check", NO_WAY_BACK, "--replica-identity-full=seen");
      assertThat(check.code()).as(check.out() + check.err()).isZero();
      Result migrate =
          fram.run("migrate", "--cutover=auto", NO_WAY_BACK, "--replica-identity-full=seen");
      assertThat(migrate.code()).as(migrate.out() + migrate.err()).isZero();
      Result complete = fram.run("complete");
      assertThat(complete.code()).as(complete.out() + complete.err()).isZero();
    }
  }

  /**
   * Without a way back, an account that cannot write to what is migrated is enough on the source.
   */
  @ParameterizedTest
  @CsvSource({"V8_0,-- on a MySQL source", "MARIADB_11_4,-- on a MariaDB source"})
  void anAccountThatOnlyReadsIsEnoughOnAMySqlSource(MySqlVersion version, String statements)
      throws Exception {
    try (MySqlServer source = MySqlServer.plan(version).start();
        MySqlServer target = MySqlServer.plan(version).start()) {
      source.execute(
          "",
          "CREATE DATABASE shop; CREATE TABLE shop.item (id int PRIMARY KEY);"
              + " CREATE TABLE shop.seen (n int); CREATE VIEW shop.items AS SELECT * FROM shop.item;"
              + " CREATE PROCEDURE shop.p() SELECT 1;"
              + " CREATE TRIGGER shop.t AFTER INSERT ON shop.item FOR EACH ROW SET @a = 1;"
              + " CREATE EVENT shop.e ON SCHEDULE EVERY 1 YEAR DO DO 0;"
              + " INSERT INTO shop.item VALUES (1), (2); INSERT INTO shop.seen VALUES (1), (1);"
              + " CREATE USER app IDENTIFIED BY 'pw'; GRANT ALL ON shop.* TO app");
      source.execute("", statements(statements));
      Program fram =
          new Program(folder)
              .with(
                  "FRAM_SOURCE",
                  version.scheme() + "://fram@" + source.host() + ":" + source.port() + "/shop")
              .with("FRAM_TARGET", target.uri(""))
              .with("FRAM_SOURCE_PASSWORD", "change me")
              .with("FRAM_TARGET_PASSWORD", target.password());
      Result check = fram.run("check", NO_WAY_BACK);
      assertThat(check.code()).as(check.out() + check.err()).isZero();
      assertThat(check.out() + check.err())
          .contains("[PASS] own-account", "[PASS] freeze-privileges", "[PASS] source-privileges");
      Result migrate = fram.run("migrate", "--cutover=auto", NO_WAY_BACK);
      assertThat(migrate.code()).as(migrate.out() + migrate.err()).isZero();
      assertThat(target.value("shop", "SELECT COUNT(*) FROM seen, items")).contains("4");
      Result complete = fram.run("complete");
      assertThat(complete.code()).as(complete.out() + complete.err()).isZero();
    }
  }

  /** The same where the target is a replica of the source, with what the guide adds. */
  @ParameterizedTest
  @CsvSource({"V8_0,-- on a MySQL source", "MARIADB_11_4,-- on a MariaDB source"})
  void whatTheGuideAddsIsEnoughForAReplicasSource(MySqlVersion version, String statements)
      throws Exception {
    try (MySqlServer source = MySqlServer.plan(version).start();
        MySqlServer target = MySqlServer.plan(version).start()) {
      source.execute(
          "",
          "CREATE DATABASE shop; CREATE TABLE shop.item (id int PRIMARY KEY);"
              + " INSERT INTO shop.item VALUES (1), (2)");
      source.execute("", statements(statements));
      source.execute("", statements(REPLICA, "-- on the source, MySQL and MariaDB"));
      Program fram =
          new Program(folder)
              .with(
                  "FRAM_SOURCE",
                  version.scheme()
                      + "://fram@"
                      + source.host()
                      + ":"
                      + source.port()
                      + "/shop?ssl-mode=DISABLED")
              .with("FRAM_TARGET", target.uri(""))
              .with("FRAM_SOURCE_PASSWORD", "change me")
              .with("FRAM_TARGET_PASSWORD", target.password())
              .with("FRAM_FEED", "native");
      Result check = fram.run("check", NO_WAY_BACK);
      assertThat(check.code()).as(check.out() + check.err()).isZero();
      assertThat(check.out() + check.err()).contains("[PASS] native-replica");
      Result migrate = fram.run("migrate", "--cutover=auto", NO_WAY_BACK);
      assertThat(migrate.code()).as(migrate.out() + migrate.err()).isZero();
      assertThat(target.value("shop", "SELECT COUNT(*) FROM item")).contains("2");
    }
  }

  /** The login in --target is one of the source's, too: the clone brings that one. */
  @Test
  void theyAreEnoughForAClone() throws Exception {
    try (MySqlServer source = withPlugin();
        MySqlServer target = withPlugin()) {
      source.execute(
          "",
          "CREATE DATABASE shop; CREATE TABLE shop.item (id int PRIMARY KEY);"
              + " INSERT INTO shop.item VALUES (1), (2)");
      source.execute("", statements("-- on a MySQL source"));
      source.execute("", statements(CLONE, "-- on the source"));
      target.execute("", statements(CLONE, "-- on the target"));
      Program fram =
          new Program(folder)
              .with("FRAM_SOURCE", "mysql://fram@" + source.host() + ":" + source.port() + "/")
              .with(
                  "FRAM_TARGET", "mysql://fram_target@" + target.host() + ":" + target.port() + "/")
              .with("FRAM_SOURCE_PASSWORD", "change me")
              .with("FRAM_TARGET_PASSWORD", "change me, too")
              .with("FRAM_COPY", "clone");
      Result check = fram.run("check", NO_WAY_BACK);
      assertThat(check.code()).as(check.out() + check.err()).isZero();
      CompletableFuture<Result> migrate = fram.start("migrate", "--cutover=auto", NO_WAY_BACK);
      await().atMost(LIMIT).until(() -> migrate.isDone() || !target.running());
      // As its supervisor, or a person.
      target.start();
      Result moved = migrate.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      assertThat(moved.code()).as(moved.out() + moved.err()).isZero();
      assertThat(moved.out()).contains("fetches a clone of the whole server", "the clone is there");
      try (Connection moving =
              DriverManager.getConnection(target.jdbcUrl("shop"), "fram_target", "change me, too");
          Statement statement = moving.createStatement();
          ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM item")) {
        assertThat(row.next()).isTrue();
        assertThat(row.getInt(1)).isEqualTo(2);
      }
    }
  }

  private static MySqlServer withPlugin() {
    return MySqlServer.plan(MySqlVersion.V8_0).setting("plugin_load_add", "mysql_clone.so").start();
  }

  /** The old server's administrator may not make it read-only, nor lock the provider's account. */
  @Test
  void aProvidersAccountStaysOpenWhenItIsNamed() throws Exception {
    try (MySqlServer source = MySqlServer.plan(MySqlVersion.V8_0).start();
        MySqlServer target = MySqlServer.plan(MySqlVersion.V8_0).start()) {
      source.execute(
          "",
          "CREATE DATABASE shop; CREATE TABLE shop.item (id int PRIMARY KEY);"
              + " INSERT INTO shop.item VALUES (1), (2);"
              + " CREATE USER app IDENTIFIED BY 'pw'; GRANT ALL ON shop.* TO app;"
              + " CREATE USER fram IDENTIFIED BY 'pw';"
              + " GRANT SELECT, LOCK TABLES, PROCESS, CREATE USER, REPLICATION CLIENT, REPLICATION SLAVE,"
              + " XA_RECOVER_ADMIN, SHOW VIEW, TRIGGER, EVENT ON *.* TO fram; GRANT ALL ON fram.* TO fram;"
              + " CREATE DEFINER = CURRENT_USER PROCEDURE mysql.rds_kill(id bigint)"
              + " KILL CONNECTION id; GRANT EXECUTE ON PROCEDURE mysql.rds_kill TO fram");
      String root = source.value("", "SELECT CURRENT_USER()").orElseThrow();
      Program fram =
          new Program(folder)
              .with("FRAM_SOURCE", "mysql://fram@" + source.host() + ":" + source.port() + "/shop")
              .with("FRAM_TARGET", target.uri(""))
              .with("FRAM_SOURCE_PASSWORD", "pw")
              .with("FRAM_TARGET_PASSWORD", target.password());
      Result refused = fram.run("migrate", "--cutover=auto", NO_WAY_BACK);
      assertThat(refused.code()).as(refused.out() + refused.err()).isNotZero();
      assertThat(refused.out() + refused.err())
          .contains("[FAIL] freeze-privileges", "--provider-account '" + root + "'");
      Result migrate =
          fram.run("migrate", "--cutover=auto", NO_WAY_BACK, "--provider-account=" + root);
      assertThat(migrate.code()).as(migrate.out() + migrate.err()).isZero();
      assertThat(target.value("shop", "SELECT COUNT(*) FROM item")).contains("2");
      assertThat(
              source.value(
                  "",
                  "SELECT GROUP_CONCAT(user ORDER BY user) FROM mysql.user"
                      + " WHERE account_locked = 'N'"))
          .contains("fram,root");
      Result complete = fram.run("complete", "--provider-account=" + root);
      assertThat(complete.code()).as(complete.out() + complete.err()).isZero();
    }
  }

  private static String uri(PostgresServer server) {
    return "postgresql://fram@" + server.host() + ":" + server.port() + "/" + DATABASE;
  }

  private static String statements(String first) throws IOException {
    return statements(GUIDE, first);
  }

  private static String statements(Path guide, String first) throws IOException {
    String page = Files.readString(guide);
    Matcher block = Pattern.compile("```sql\n(" + first + ".*?)```", Pattern.DOTALL).matcher(page);
    assertThat(block.find()).as(first).isTrue();
    return block.group(1);
  }
}
