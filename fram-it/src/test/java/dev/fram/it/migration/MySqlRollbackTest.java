// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.Answer;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.migration.MigrationClient;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.JavaChild;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * There, back and there again between two real servers, under writers, with triggers, events and
 * foreign keys that cascade. An application and an administrator try to write on both sides all the
 * time and never succeed on both.
 */
@Timeout(400)
class MySqlRollbackTest {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final String EXTENT = "fram.mysql.rollback";
  private static final String ALL = "all";
  private static final String DATABASE = "app";
  private static final String ADMINISTRATOR = "boss";
  private static final String APPLICATION = "shop";

  private static final String TABLES =
      """
      CREATE DATABASE app;
      USE app;
      CREATE TABLE customer (id int PRIMARY KEY, name varchar(40)) ENGINE = InnoDB;
      CREATE TABLE item (
        id bigint AUTO_INCREMENT PRIMARY KEY, customer int, token varchar(60) UNIQUE, body text,
        FOREIGN KEY (customer) REFERENCES customer (id) ON DELETE CASCADE) ENGINE = InnoDB;
      CREATE TABLE audit (n bigint AUTO_INCREMENT PRIMARY KEY, item bigint, note varchar(40))
        ENGINE = InnoDB;
      CREATE TABLE coded (code varchar(60) NOT NULL UNIQUE, v int) ENGINE = InnoDB;
      CREATE TABLE tick (nr bigint AUTO_INCREMENT PRIMARY KEY, server bigint) ENGINE = InnoDB;
      CREATE TRIGGER z_first AFTER INSERT ON item FOR EACH ROW
        INSERT INTO audit (item, note) VALUES (NEW.id, 'first');
      SET SESSION sql_mode = 'ANSI_QUOTES';
      CREATE DEFINER = boss@'%' TRIGGER a_second AFTER INSERT ON item FOR EACH ROW FOLLOWS z_first
        INSERT INTO "audit" (item, note) VALUES (NEW.id, 'second');
      SET SESSION sql_mode = DEFAULT;
      CREATE TRIGGER gone AFTER DELETE ON customer FOR EACH ROW
        INSERT INTO audit (item, note) VALUES (OLD.id, 'gone');
      CREATE EVENT tick ON SCHEDULE EVERY 1 SECOND DO
        INSERT INTO app.tick (server) VALUES (@@global.server_id);
      INSERT INTO customer VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e');
      INSERT INTO item (customer, token, body) SELECT id, CONCAT('seed ', id), REPEAT('x', 2000)
        FROM customer;
      INSERT INTO coded VALUES ('k1', 1), ('k2', 2), ('k3', 3);
      """;

  /**
   * As the servers tell it: who, under which settings, in which order. Where several statements
   * came in one text, a server keeps the mark between them, too.
   */
  private static final String LOCKED =
      "SELECT CONCAT(user, '@', host) FROM mysql.user WHERE account_locked = 'Y' ORDER BY 1";

  private static final String TRIGGERS =
      "SELECT CONCAT_WS('|', TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_ORDER,"
          + " TRIM(TRAILING ';' FROM ACTION_STATEMENT),"
          + " SQL_MODE, DEFINER, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION)"
          + " FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = 'app' ORDER BY 1";

  private static final String EVENTS =
      "SELECT CONCAT_WS('|', EVENT_NAME, STATUS, DEFINER, SQL_MODE, TIME_ZONE)"
          + " FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'app' ORDER BY 1";

  private static final String ENABLED =
      "SELECT EVENT_NAME FROM information_schema.EVENTS WHERE STATUS = 'ENABLED'"
          + " AND EVENT_SCHEMA = 'app' AND @@global.event_scheduler = 'ON'";

  private static Move move(MySqlPair pair, MigrationSettings.Mode mode) {
    return new Move(
        pair,
        DATABASE,
        Move.settings(mode)
            .withReverse(
                new MigrationSettings.Reverse(Duration.ofHours(1), MigrationSettings.Wish.ASKED)));
  }

  private static void awaitPhase(Move move, PhaseName phase) {
    await().atMost(LIMIT).pollInterval(Duration.ofMillis(20)).until(() -> move.hasPhase(phase));
  }

  private static MigrationClient client(Move move) {
    return new MigrationClient(
        move.engine(), move.request(), MigrationSettings.defaults(), Clock.system());
  }

  private static MySqlPair prepared(MySqlPair pair) throws SQLException {
    pair.fresh();
    for (MySqlServer server : List.of(pair.source(), pair.target())) {
      try (Connection fram = MySqlPair.administer(server);
          Statement statement = fram.createStatement()) {
        statement.execute("DROP USER IF EXISTS boss@'%'");
        statement.execute("CREATE USER boss@'%' IDENTIFIED BY 'for a test''s own server'");
        statement.execute("GRANT ALL ON *.* TO boss@'%'");
      }
    }
    pair.source().execute("", TABLES);
    return pair;
  }

  /** MariaDB goes by places in a file, 8.0 by sets of GTIDs; 9.7 is asked for. */
  static Stream<Arguments> calm() {
    Stream<Arguments> always =
        Stream.of(
            Arguments.of(MySqlVersion.MARIADB_11_4, MySqlVersion.MARIADB_11_4),
            Arguments.of(MySqlVersion.V8_0, MySqlVersion.V8_0));
    return ALL.equals(System.getProperty(EXTENT))
        ? Stream.concat(always, Stream.of(Arguments.of(MySqlVersion.V8_0, MySqlVersion.V9_7)))
        : always;
  }

  @ParameterizedTest
  @MethodSource("calm")
  void goesBackAndThereAgainAndLosesNothing(MySqlVersion from, MySqlVersion to) throws Exception {
    try (Round round = new Round(prepared(MySqlPair.of(from, to)))) {
      try (Move there = move(round.pair, MigrationSettings.Mode.MANUAL).begin()) {
        there.awaitPhase(PhaseName.READY);
        round.application.start();
        Cutovers.untilDone(there);
        awaitPhase(there, PhaseName.SERVING);
        // Before the first opening nothing keeps an administrator from writing to the target.
        round.administrator.start();
        await().atMost(LIMIT).until(() -> there.status().reverse().isPresent());
        round.writers.awaitMore();
        Answer back = rolledBack(there);
        assertThat(back.exitCode()).as(back.toString()).isZero();
        assertThat(there.awaitEnd().phase()).isEqualTo(PhaseName.ROLLED_BACK);
      }
      round.thereAgain();
    }
  }

  /**
   * The same with Fram killed while the new server serves and while it rolls back, and with the old
   * server killed, too, which must come up as closed as it was.
   */
  @Test
  @EnabledIfSystemProperty(named = EXTENT, matches = ALL)
  void losesNothingWhenFramAndTheOldServerAreKilled() throws Exception {
    MySqlPair pair = prepared(MySqlPair.of(MySqlVersion.V8_0, MySqlVersion.V8_0));
    try (Round round = new Round(pair);
        PhaseWatch watch =
            new PhaseWatch(
                () -> MySqlPair.connect(pair.target(), ADMINISTRATOR, ""), new Random())) {
      try (JavaChild there = fram(pair, "migrate", "--cutover=auto")) {
        await().atMost(LIMIT).until(() -> serving(there, watch));
        round.application.start();
        round.administrator.start();
        round.writers.awaitMore();
        there.kill9();
      }
      pair.source().kill9();
      pair.source().start();
      round.writers.awaitMore();
      assertClosed(pair.source());
      try (JavaChild back = fram(pair, "rollback")) {
        await()
            .pollInterval(Duration.ofMillis(5))
            .atMost(LIMIT)
            .until(() -> !back.alive() || lockedOut(pair.target()));
        // It has handed over, and the old server is not open yet or just so.
        back.kill9();
      }
      await().atMost(LIMIT).until(() -> ends(pair));
      round.thereAgain();
    }
  }

  /** Whoever gives up after a rollback finds both servers as they were. */
  @Test
  void leavesNothingBehindWhenItIsCancelledAfterARollback() throws Exception {
    MySqlPair pair = prepared(MySqlPair.of(MySqlVersion.V8_0, MySqlVersion.V8_0));
    List<String> triggers = values(pair.source(), TRIGGERS);
    // Other tests may have left some on these servers.
    List<String> lockedOnSource = values(pair.source(), LOCKED);
    List<String> lockedOnTarget = values(pair.target(), LOCKED);
    try (Move there = move(pair, MigrationSettings.Mode.AUTO).begin()) {
      awaitPhase(there, PhaseName.SERVING);
      await().atMost(LIMIT).until(() -> there.status().reverse().isPresent());
      assertThat(values(pair.source(), TRIGGERS)).isEmpty();
      write(pair.target(), APPLICATION);
      assertThat(rolledBack(there).exitCode()).isZero();
      assertThat(there.awaitEnd().phase()).isEqualTo(PhaseName.ROLLED_BACK);
    }
    try (Move there = move(pair, MigrationSettings.Mode.MANUAL)) {
      Answer cancelled = client(there).cancel(status -> {});
      assertThat(cancelled.exitCode()).as(cancelled.toString()).isZero();
    }
    write(pair.source(), APPLICATION);
    assertThat(values(pair.source(), TRIGGERS)).isEqualTo(triggers);
    assertThat(values(pair.source(), LOCKED)).isEqualTo(lockedOnSource);
    assertThat(values(pair.target(), LOCKED)).isEqualTo(lockedOnTarget);
    for (MySqlServer server : List.of(pair.source(), pair.target())) {
      assertThat(values(server, "SHOW DATABASES LIKE 'fram'")).isEmpty();
      assertThat(values(server, "SELECT @@global.read_only")).containsExactly("0");
      assertThat(
              values(
                  server,
                  "SELECT VARIABLE_NAME FROM performance_schema.persisted_variables"
                      + " WHERE VARIABLE_NAME IN ('read_only', 'super_read_only', 'event_scheduler')"))
          .isEmpty();
      assertThat(values(server, "SELECT @@global.event_scheduler")).containsExactly("ON");
    }
  }

  private static boolean serving(JavaChild fram, PhaseWatch watch) throws Exception {
    assertThat(fram.alive()).as(fram.output()).isTrue();
    return watch.phase().equals("SERVING");
  }

  private static boolean lockedOut(MySqlServer server) {
    try (Connection connection = MySqlPair.connect(server, ADMINISTRATOR, "")) {
      return !connection.isValid(1);
    } catch (SQLException e) {
      return true;
    }
  }

  private static boolean ends(MySqlPair pair) throws Exception {
    try (JavaChild back = fram(pair, "rollback")) {
      int code = back.awaitExit(LIMIT);
      assertThat(code).as(back.output()).isIn(0, 4);
      return code == 0;
    }
  }

  private static JavaChild fram(MySqlPair pair, String... words) throws IOException {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--reverse-window=1h");
    return FramProcess.start(
        pair.sourceEndpoint(DATABASE), pair.targetEndpoint(DATABASE), all.toArray(String[]::new));
  }

  /** Two servers, and everybody who writes to them. */
  private static final class Round implements AutoCloseable {
    final MySqlPair pair;
    final List<String> triggers;
    final List<String> events;
    final Writers writers;
    final Checker application;
    final Checker administrator;

    Round(MySqlPair pair) throws SQLException {
      this.pair = pair;
      this.triggers = values(pair.source(), TRIGGERS);
      this.events = values(pair.source(), EVENTS);
      this.writers =
          new Writers(login(pair.source(), APPLICATION), login(pair.target(), APPLICATION));
      this.application = checker(pair, APPLICATION);
      this.administrator = checker(pair, ADMINISTRATOR);
    }

    private static Login login(MySqlServer server, String user) {
      return () -> MySqlPair.connect(server, user, DATABASE);
    }

    private static Checker checker(MySqlPair pair, String user) {
      return new Checker(user, login(pair.source(), user), login(pair.target(), user));
    }

    /** After a rollback, to the end. */
    void thereAgain() throws Exception {
      writers.awaitMore();
      assertThat(triggers).hasSize(3);
      assertThat(values(pair.source(), TRIGGERS)).isEqualTo(triggers);
      assertThat(values(pair.source(), EVENTS)).isEqualTo(events);
      assertClosed(pair.target());
      try (Move again = move(pair, MigrationSettings.Mode.MANUAL).begin()) {
        awaitPhase(again, PhaseName.READY);
        Cutovers.untilDone(again);
        awaitPhase(again, PhaseName.SERVING);
        await().atMost(LIMIT).until(() -> again.status().reverse().isPresent());
        writers.awaitMore();
        assertThat(values(pair.target(), ENABLED)).containsExactly("tick");
        close();
        stopEvents(pair.target());
        awaitBroughtBack(pair);
        assertThat(again.assertEqualTables()).isEqualTo(5);
        assertStrayWritesAreTold(again);
        Answer completed = client(again).complete(status -> {});
        assertThat(completed.exitCode()).as(completed.toString()).isZero();
      }
      assertThat(application.wrong).isEmpty();
      assertThat(administrator.wrong).isEmpty();
      writers.assertNothingLost(login(pair.target(), APPLICATION));
      assertEachEffectOnce(pair.target());
      assertThat(values(pair.source(), TRIGGERS)).isEqualTo(triggers);
      assertThat(values(pair.target(), "SHOW DATABASES LIKE 'fram'")).isEmpty();
      assertClosed(pair.source());
    }

    private void assertStrayWritesAreTold(Move again) throws Exception {
      List<String> kept =
          StrayWrites.told(
              again, this::intrude, "4 stray writes seen by this run, in app.coded (4).");
      assertThat(kept)
          .hasSize(4)
          .allMatch(line -> line.contains("\"schema\":\"app\",\"table\":\"coded\""));
      assertThat(kept.getFirst())
          .contains("\"act\":\"insert\"")
          .endsWith("\"row\":{\"code\":\"by the back door \\\"1\\\"\",\"v\":\"1\"}}");
      assertThat(kept.get(1)).endsWith("\"row\":{\"code\":\"by the back door 2\",\"v\":null}}");
      assertThat(kept.get(2))
          .contains("\"act\":\"update\"", "\"v\":\"-2\"}")
          .endsWith("\"old\":{\"code\":\"by the back door \\\"1\\\"\",\"v\":\"1\"}}");
      assertThat(kept.get(3)).contains("\"act\":\"delete\"");
    }

    /** Whoever may write where everybody else is read-only: with Fram's own login, say. */
    private void intrude() throws SQLException {
      try (Connection boss = MySqlPair.administer(pair.source());
          Statement statement = boss.createStatement()) {
        statement.execute(
            "INSERT INTO app.coded VALUES ('by the back door \"1\"', 1), ('by the back door 2', NULL)");
        statement.execute("UPDATE app.coded SET v = -2 WHERE code = 'by the back door \"1\"'");
        statement.execute("DELETE FROM app.coded WHERE code = 'by the back door 2'");
      }
    }

    @Override
    public void close() {
      application.close();
      administrator.close();
      writers.close();
    }
  }

  private static void assertClosed(MySqlServer server) {
    for (String user : List.of(APPLICATION, ADMINISTRATOR)) {
      assertThatThrownBy(() -> write(server, user)).isInstanceOf(SQLException.class);
    }
  }

  /** As somebody does it whose application goes on writing. */
  private static Answer rolledBack(Move move) {
    Answer answer = client(move).rollback(status -> {});
    for (int i = 0; i < 20 && answer.exitCode() == 4; i++) {
      answer = client(move).rollback(status -> {});
    }
    return answer;
  }

  /** Triggers fired once, where the row was written; the cascades left nothing behind. */
  private static void assertEachEffectOnce(MySqlServer server) throws SQLException {
    assertThat(
            values(
                server,
                "SELECT item FROM app.audit WHERE note <> 'gone' GROUP BY item, note"
                    + " HAVING COUNT(*) > 1"))
        .isEmpty();
    assertThat(
            values(
                server,
                "SELECT id FROM app.item WHERE token NOT LIKE 'seed%' AND NOT EXISTS"
                    + " (SELECT 1 FROM app.audit WHERE item = id AND note = 'second')"))
        .isEmpty();
    assertThat(
            values(
                server,
                "SELECT id FROM app.item WHERE customer IS NOT NULL AND customer NOT IN"
                    + " (SELECT id FROM app.customer)"))
        .isEmpty();
  }

  private static void stopEvents(MySqlServer server) throws SQLException {
    try (Connection boss = MySqlPair.connect(server, ADMINISTRATOR, DATABASE);
        Statement statement = boss.createStatement()) {
      statement.execute("SET GLOBAL event_scheduler = OFF");
    }
  }

  /** Nobody writes any more: what is on the new server has to come to the old one. */
  private static void awaitBroughtBack(MySqlPair pair) {
    String sums =
        "SELECT CONCAT((SELECT COUNT(*) FROM app.item), ' ', (SELECT COUNT(*) FROM app.audit), ' ',"
            + " (SELECT SUM(v) FROM app.coded), ' ', (SELECT COUNT(*) FROM app.tick))";
    await()
        .atMost(LIMIT)
        .until(() -> values(pair.source(), sums).equals(values(pair.target(), sums)));
  }

  private static void write(MySqlServer server, String user) throws SQLException {
    try (Connection connection = MySqlPair.connect(server, user, DATABASE);
        Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO item (body) VALUES ('too late')");
    }
  }

  private static List<String> values(MySqlServer server, String sql) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = MySqlPair.administer(server);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }
}
