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
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * There, back and there again between two real servers, under writers, with triggers, events and
 * foreign keys that cascade. An application and an administrator try to write on both sides all the
 * time and never succeed on both.
 */
@Timeout(400)
class MySqlRollbackTest {
  private static final Duration LIMIT = Duration.ofMinutes(3);
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
   * As the servers tell it: who, under which settings, in which order. Where several statements came
   * in one text, a server keeps the mark between them, too.
   */
  private static final String TRIGGERS =
      "SELECT CONCAT_WS('|', TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_ORDER,"
          + " TRIM(TRAILING ';' FROM ACTION_STATEMENT),"
          + " SQL_MODE, DEFINER, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION)"
          + " FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = 'app' ORDER BY 1";

  private static final String EVENTS =
      "SELECT CONCAT_WS('|', EVENT_NAME, STATUS, DEFINER, SQL_MODE, TIME_ZONE)"
          + " FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'app' ORDER BY 1";

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

  @ParameterizedTest
  @CsvSource({"V8_0,V8_0", "MARIADB_11_4,MARIADB_11_4"})
  void goesBackAndThereAgainAndLosesNothing(MySqlVersion from, MySqlVersion to) throws Exception {
    thereBackAndThereAgain(prepared(MySqlPair.of(from, to)));
  }

  private static void thereBackAndThereAgain(MySqlPair pair) throws Exception {
    List<String> triggers = values(pair.source(), TRIGGERS);
    List<String> events = values(pair.source(), EVENTS);
    assertThat(triggers).hasSize(3);
    Writers writers = new Writers(pair);
    Checker application = new Checker(pair, APPLICATION);
    Checker administrator = new Checker(pair, ADMINISTRATOR);
    try (writers;
        application;
        administrator) {
      try (Move there = move(pair, MigrationSettings.Mode.MANUAL).begin()) {
        there.awaitPhase(PhaseName.READY);
        application.start();
        Cutovers.untilDone(there);
        awaitPhase(there, PhaseName.SERVING);
        // Before the first opening nothing keeps an administrator from writing to the target.
        administrator.start();
        await().atMost(LIMIT).until(() -> there.status().reverse().isPresent());
        writers.awaitMore();
        Answer back = rolledBack(there);
        assertThat(back.exitCode()).as(back.toString()).isZero();
        assertThat(there.awaitEnd().phase()).isEqualTo(PhaseName.ROLLED_BACK);
      }
      writers.awaitMore();
      assertThat(values(pair.source(), TRIGGERS)).isEqualTo(triggers);
      assertThat(values(pair.source(), EVENTS)).isEqualTo(events);
      assertThatThrownBy(() -> write(pair.target(), ADMINISTRATOR)).isNotNull();
      try (Move again = move(pair, MigrationSettings.Mode.MANUAL).begin()) {
        awaitPhase(again, PhaseName.READY);
        Cutovers.untilDone(again);
        awaitPhase(again, PhaseName.SERVING);
        await().atMost(LIMIT).until(() -> again.status().reverse().isPresent());
        writers.awaitMore();
        application.close();
        administrator.close();
        writers.close();
        stopEvents(pair.target());
        awaitBroughtBack(pair);
        assertThat(again.assertEqualTables()).isEqualTo(5);
        Answer completed = client(again).complete(status -> {});
        assertThat(completed.exitCode()).as(completed.toString()).isZero();
      }
      assertThat(application.wrong).isEmpty();
      assertThat(administrator.wrong).isEmpty();
      writers.assertNothingLost(pair.target());
    }
    assertEachEffectOnce(pair.target());
    assertThat(values(pair.source(), TRIGGERS)).isEqualTo(triggers);
    assertThat(values(pair.target(), "SHOW DATABASES LIKE 'fram'")).isEmpty();
    for (String user : List.of(APPLICATION, ADMINISTRATOR)) {
      assertThatThrownBy(() -> write(pair.source(), user)).isNotNull();
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
