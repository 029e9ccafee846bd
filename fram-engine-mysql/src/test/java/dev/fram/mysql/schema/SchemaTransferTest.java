// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.engine.SchemaOption;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Catalog;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaTransferTest {
  private static final String UNIQUE =
      "SELECT COALESCE(GROUP_CONCAT(DISTINCT index_name ORDER BY index_name), '')"
          + " FROM information_schema.statistics WHERE non_unique = 0 AND table_schema = 'shop'"
          + " AND table_name = ";

  @ParameterizedTest
  @ValueSource(strings = {"V8_0-V8_0", "MARIADB_11_4-MARIADB_11_4"})
  void aCancelLeavesTheTargetAsItWas(String versions) throws Exception {
    try (Pair pair = Pair.of(versions)) {
      pair.source(pair.everything());
      pair.target(
          "CREATE DATABASE other;; CREATE TABLE other.mine (a int);;"
              + " CREATE DATABASE shop COLLATE latin1_bin;; CREATE USER mine@localhost");
      List<String> before = pair.targetDump();
      MySqlSchemaTransfer transfer = pair.transfer(SchemaOption.WITH_USERS);
      SchemaRoundTripTest.whole(pair, transfer, new ArrayList<>());
      assertThat(pair.targetDump()).isNotEqualTo(before);
      // A new object, as after a restart.
      pair.transfer().drop(1);
      pair.transfer().drop(1);
      assertThat(pair.targetDump()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"V8_0-V8_0", "MARIADB_11_4-MARIADB_11_4"})
  void anUndoneCutoverTakesTriggersAwayAndASecondOneBringsThemAgain(String versions)
      throws Exception {
    try (Pair pair = Pair.of(versions)) {
      pair.source(pair.everything());
      MySqlSchemaTransfer transfer = pair.transfer(SchemaOption.WITH_USERS);
      String triggers =
          "SELECT count(*) FROM information_schema.triggers"
              + " WHERE trigger_schema NOT IN ('sys')";
      transfer.createTables(1, told -> {});
      SchemaRoundTripTest.buildIndexes(pair, transfer);
      transfer.finishIndexes(1);
      transfer.addConstraints(1, told -> {});
      transfer.prepareFinish(1);
      assertThat(pair.targetValue(triggers)).isEqualTo("0");
      transfer.finish(1);
      transfer.finish(1);
      assertThat(pair.targetValue(triggers)).isEqualTo("4");
      transfer.undoFinish(1);
      transfer.undoFinish(1);
      assertThat(pair.targetValue(triggers)).isEqualTo("0");
      // What changes on the source between two attempts is followed.
      pair.source(
          "USE shop;; DROP TRIGGER third;; DROP PROCEDURE of_nobody;;"
              + " CREATE OR REPLACE VIEW z_base AS SELECT id, twice(id) AS double_id, nick"
              + " FROM customer;; ALTER EVENT hourly RENAME TO later");
      transfer.prepareFinish(1);
      transfer.finish(1);
      assertThat(transfer.afterOpening(1)).isEmpty();
      assertThat(without(pair.targetDump(), "GRANT "))
          .isEqualTo(without(pair.sourceDump(), "GRANT "));
    }
  }

  private static List<String> without(List<String> lines, String start) {
    return lines.stream().filter(line -> !line.startsWith(start)).toList();
  }

  @Test
  void uniqueKeysOfFuzzyTablesComeLateAndThoseOfExactOnesWithTheOthers() throws Exception {
    try (Pair pair = Pair.of("V8_0-V8_0")) {
      pair.source(pair.everything());
      MySqlSchemaTransfer transfer = pair.transfer();
      transfer.createTables(1, told -> {});
      assertThat(pair.targetValue(UNIQUE + "'customer'")).isEqualTo("PRIMARY");
      assertThat(pair.targetValue(UNIQUE + "'by_unique_key'")).isEqualTo("short");
      SchemaRoundTripTest.buildIndexes(pair, transfer);
      SchemaRoundTripTest.buildIndexes(pair, transfer);
      transfer.finishIndexes(1);
      assertThat(pair.targetValue(UNIQUE + "'customer'")).isEqualTo("PRIMARY");
      assertThat(pair.targetValue(UNIQUE + "'counted'")).isEqualTo("PRIMARY");
      assertThat(pair.targetValue(UNIQUE + "'by_unique_key'")).isEqualTo("short");
      // No key, or foreign keys that cascade: copied exactly.
      assertThat(pair.targetValue(UNIQUE + "'keyless'")).isEqualTo("maybe");
      assertThat(pair.targetValue(UNIQUE + "'child'")).isEqualTo("once,PRIMARY");
      assertThat(transfer.lateIndexes(new TableId("shop", "child"))).isEmpty();
      // Two rows that hold what will be unique, as within the fuzzy window.
      pair.target("INSERT INTO shop.customer (email) VALUES ('a'), ('a')");
      TableId customer = new TableId("shop", "customer");
      assertThatThrownBy(() -> transfer.lateIndexes(customer).forEach(transfer::build))
          .isInstanceOf(FramException.class)
          .hasMessageContaining("shop.customer");
      pair.target("DELETE FROM shop.customer LIMIT 1");
      for (int i = 0; i < 2; i++) {
        for (TableId table : SchemaRoundTripTest.tables(pair)) {
          transfer.lateIndexes(table).forEach(transfer::build);
        }
      }
      assertThat(pair.targetValue(UNIQUE + "'customer'")).isEqualTo("email,nick,PRIMARY");
      assertThat(pair.targetValue(UNIQUE + "'counted'")).isEqualTo("code,id,PRIMARY");
      assertThat(pair.targetValue(UNIQUE + "'by_unique_key'")).isEqualTo("c,longer,short");
    }
  }

  @Test
  void cascadingForeignKeysAreThereBeforeTheFirstChangeAndOrphansAreTold() throws Exception {
    try (Pair pair = Pair.of("V8_0-V8_0")) {
      pair.source(pair.everything());
      String keys =
          "SELECT GROUP_CONCAT(constraint_name ORDER BY 1)"
              + " FROM information_schema.referential_constraints";
      MySqlSchemaTransfer transfer = pair.transfer();
      transfer.createTables(1, told -> {});
      assertThat(pair.targetValue(keys)).isEqualTo("null");
      SchemaRoundTripTest.buildIndexes(pair, transfer);
      transfer.finishIndexes(1);
      assertThat(pair.targetValue(keys)).isEqualTo("by_unique,cascading");
      pair.target(
          "SET foreign_key_checks = 0;; INSERT INTO shop.orders (tenant, customer_id) VALUES (1, 9),"
              + " (2, NULL)");
      List<String> told = new ArrayList<>();
      transfer.addConstraints(1, told::add);
      transfer.addConstraints(1, note -> {});
      assertThat(pair.targetValue(keys))
          .isEqualTo("across,by_unique,cascading,f'k,itself,of_customer");
      assertThat(told).singleElement().asString().contains("of_customer", "shop.orders");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"V8_0-V9_7", "MARIADB_11_4-MARIADB_11_4"})
  void accountsAreLockedAndEventsDisabledUntilTheOpening(String versions) throws Exception {
    try (Pair pair = Pair.of(versions)) {
      pair.source(pair.everything());
      MySqlSchemaTransfer transfer = pair.transfer(SchemaOption.WITH_USERS);
      SchemaRoundTripTest.whole(pair, transfer, new ArrayList<>());
      assertThat(pair.targetLogin("plain", "y")).isFalse();
      assertThat(states(pair)).isEqualTo("DISABLED,DISABLED,DISABLED,DISABLED");
      assertThat(transfer.open(1)).isEmpty();
      assertThat(transfer.open(1)).isEmpty();
      assertThat(pair.targetLogin("plain", "y")).isTrue();
      assertThat(pair.targetLogin("o'dd `user", "x")).isFalse();
      assertThat(states(pair))
          .matches("DISABLED,(SLAVESIDE|REPLICA_SIDE)_DISABLED,ENABLED,DISABLED");
    }
  }

  private static String states(Pair pair) throws SQLException {
    return pair.targetValue(
        "SELECT GROUP_CONCAT(status ORDER BY event_name) FROM information_schema.events"
            + " WHERE event_schema = 'shop'");
  }

  @Test
  void anEventWhoseTimePassesMeanwhileIsTold() throws Exception {
    try (Pair pair = Pair.of("V8_0-V8_0")) {
      pair.source(
          "CREATE DATABASE shop;; USE shop;; SET GLOBAL event_scheduler = OFF;;"
              + " SET timestamp = 86400;;"
              + " CREATE EVENT gone ON SCHEDULE AT '2020-01-01 00:00:00' DO SELECT 1;;"
              + " CREATE EVENT ended ON SCHEDULE EVERY 1 DAY STARTS '2019-01-01 00:00:00'"
              + " ENDS '2020-01-01 00:00:00' DISABLE DO SELECT 1");
      MySqlSchemaTransfer transfer = pair.transfer();
      transfer.createTables(1, told -> {});
      transfer.prepareFinish(1);
      transfer.finish(1);
      assertThat(transfer.afterOpening(1)).singleElement().asString().contains("shop.gone");
      assertThat(states(pair)).isEqualTo("DISABLED,DISABLED");
    } finally {
      try (Pair pair = Pair.of("V8_0-V8_0")) {
        pair.source("SET GLOBAL event_scheduler = ON");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"V8_0-V8_0", "MARIADB_11_4-MARIADB_11_4"})
  void countersGoBeyondWhatTheSourceHandedOut(String versions) throws Exception {
    try (Pair pair = Pair.of(versions)) {
      pair.source(
          "CREATE DATABASE shop;; USE shop;;"
              + " CREATE TABLE a (id int AUTO_INCREMENT PRIMARY KEY, v int);;"
              + " CREATE TABLE full (id tinyint AUTO_INCREMENT PRIMARY KEY);;"
              + " CREATE TABLE later (id bigint unsigned AUTO_INCREMENT PRIMARY KEY)");
      MySqlSchemaTransfer transfer = pair.transfer();
      transfer.createTables(1, told -> {});
      pair.source(
          "USE shop;; START TRANSACTION;; INSERT INTO a (id) VALUES (5000);; ROLLBACK;;"
              + " INSERT INTO full VALUES (126)");
      transfer.prepareFinish(1);
      pair.source("INSERT INTO shop.later VALUES (70000);; INSERT INTO shop.full VALUES (127)");
      transfer.finish(1);
      pair.target("INSERT INTO shop.a (v) VALUES (1);; INSERT INTO shop.later VALUES ()");
      assertThat(Long.parseLong(pair.targetValue("SELECT max(id) FROM shop.a")))
          .isGreaterThan(5000);
      assertThat(Long.parseLong(pair.targetValue("SELECT max(id) FROM shop.later")))
          .isGreaterThan(70000);
      String full =
          "SELECT auto_increment FROM information_schema.tables"
              + " WHERE table_schema = 'shop' AND table_name = 'full'";
      assertThat(pair.targetValue(full)).isEqualTo(pair.sourceValue(full));
    }
  }

  /** Two servers that hand out odd and even numbers: what comes next is theirs to say. */
  @Test
  void countersOfServersThatTakeTurns() throws Exception {
    try (Pair pair = Pair.of("V8_0-V8_0")) {
      pair.source(
          "CREATE DATABASE shop;; CREATE TABLE shop.a (id int AUTO_INCREMENT PRIMARY KEY, v int);;"
              + " SET auto_increment_increment = 2, auto_increment_offset = 2;;"
              + " INSERT INTO shop.a (v) VALUES (1), (2), (3)");
      assertThat(pair.sourceValue("SELECT max(id) FROM shop.a")).isEqualTo("6");
      MySqlSchemaTransfer transfer = pair.transfer();
      transfer.createTables(1, told -> {});
      transfer.prepareFinish(1);
      transfer.finish(1);
      pair.target(
          "SET auto_increment_increment = 2, auto_increment_offset = 1;;"
              + " INSERT INTO shop.a (v) VALUES (4), (5)");
      assertThat(pair.targetValue("SELECT group_concat(id ORDER BY id) FROM shop.a"))
          .matches("(7,9|9,11)");
    }
  }

  @Test
  void aSequenceGoesOnBehindEverythingThatMayHaveBeenHandedOut() throws Exception {
    try (Pair pair = Pair.of("MARIADB_11_4-MARIADB_11_4")) {
      pair.source("CREATE DATABASE shop;; CREATE SEQUENCE shop.s CACHE 20");
      MySqlSchemaTransfer transfer = pair.transfer();
      transfer.createTables(1, told -> {});
      assertThat(pair.sourceValue("SELECT NEXTVAL(shop.s)")).isEqualTo("1");
      transfer.prepareFinish(1);
      transfer.finish(1);
      assertThat(pair.targetValue("SELECT NEXTVAL(shop.s)")).isEqualTo("21");
    }
  }

  @Test
  void aTargetThatHoldsSomethingIsRefusedUnlessNothingCollides() throws Exception {
    try (Pair pair = Pair.of("V8_0-V8_0")) {
      pair.source("CREATE DATABASE shop;; CREATE TABLE shop.a (id int PRIMARY KEY)");
      pair.target("CREATE DATABASE shop;; CREATE TABLE shop.b (id int)");
      assertThatThrownBy(() -> pair.transfer().createTables(1, told -> {}))
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TARGET_NOT_EMPTY))
          .hasMessageContaining("shop.b");
      pair.target("CREATE VIEW shop.a AS SELECT 1");
      MySqlSchemaTransfer allowing = pair.transfer(SchemaOption.ALLOW_NONEMPTY_TARGET);
      assertThatThrownBy(() -> allowing.createTables(1, told -> {}))
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TARGET_NOT_EMPTY))
          .hasMessageContaining("table shop.a");
      pair.target("DROP VIEW shop.a");
      allowing.createTables(1, told -> {});
      allowing.createTables(1, told -> {});
      assertThat(pair.targetValue("SELECT count(*) FROM shop.a")).isEqualTo("0");
      allowing.drop(1);
      assertThat(pair.targetValue("SELECT count(*) FROM shop.b")).isEqualTo("0");
    }
  }

  @Test
  void aRunThatFailedGoesOnWithWhatItReadFirst() throws Exception {
    try (Pair pair = Pair.of("V8_0-V8_0")) {
      pair.source(
          "CREATE DATABASE shop;; USE shop;; CREATE TABLE a (id int PRIMARY KEY);;"
              + " CREATE TABLE b (id int PRIMARY KEY, v int, KEY (v));;"
              + " CREATE VIEW v AS SELECT * FROM b");
      MySqlSchemaTransfer dying = pair.transfer();
      assertThatThrownBy(() ->
              dying.createTables(
                  1,
                  told -> {
                    if (told.contains("created")) {
                      throw new IllegalStateException("the power fails here");
                    }
                  }))
          .isInstanceOf(IllegalStateException.class);
      pair.source("CREATE TABLE shop.too_late (a int)");
      MySqlSchemaTransfer next = pair.transfer();
      next.createTables(1, told -> {});
      String tables =
          "SELECT GROUP_CONCAT(table_name ORDER BY 1) FROM information_schema.tables"
              + " WHERE table_schema = 'shop'";
      assertThat(pair.targetValue(tables)).isEqualTo("a,b,v");
      pair.target("DROP TABLE shop.b");
      next.createTables(1, told -> {});
      assertThat(pair.targetValue(tables)).isEqualTo("a,b,v");
    }
  }

  @Test
  void aRunThatWasTakenOverChangesNothing() throws Exception {
    try (Pair pair = Pair.of("V8_0-V8_0")) {
      pair.source("CREATE DATABASE shop;; CREATE TABLE shop.a (id int PRIMARY KEY)");
      pair.target("UPDATE fram.migration SET epoch = 2");
      assertThatThrownBy(() -> pair.transfer().createTables(1, told -> {}))
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FENCED));
      assertThat(
              pair.targetValue(
                  "SELECT count(*) FROM information_schema.schemata WHERE schema_name = 'shop'"))
          .isEqualTo("0");
    }
  }

  @Test
  void whatNeedsATableOutsideTheScopeStaysBehindAndIsTold() throws Exception {
    try (Pair pair = Pair.of("V8_0-V8_0")) {
      pair.source(
          "CREATE DATABASE shop;; USE shop;; CREATE TABLE left_out (id int PRIMARY KEY);;"
              + " CREATE TABLE kept (id int PRIMARY KEY, o int,"
              + " CONSTRAINT to_out FOREIGN KEY (o) REFERENCES left_out (id));;"
              + " CREATE VIEW v AS SELECT * FROM left_out;; CREATE VIEW fine AS SELECT * FROM kept;;"
              + " CREATE DATABASE away;; CREATE TABLE away.t (a int);;"
              + " CREATE TABLE gone (a int);; CREATE VIEW broken AS SELECT * FROM gone;;"
              + " DROP TABLE gone");
      List<String> told = new ArrayList<>();
      MySqlSchemaTransfer transfer =
          pair.transfer(new Scope(List.of(), List.of("shop.left_out", "away.*")));
      transfer.createTables(1, told::add);
      transfer.finishIndexes(1);
      transfer.addConstraints(1, told::add);
      assertThat(told)
          .anyMatch(note -> note.startsWith("view shop.v is left out"))
          .anyMatch(note -> note.startsWith("view shop.broken is left out"))
          .anyMatch(note -> note.contains("foreign key to_out of shop.kept"));
      assertThat(
              pair.targetValue(
                  "SELECT GROUP_CONCAT(table_name ORDER BY 1) FROM information_schema.tables"
                      + " WHERE table_schema IN ('shop', 'away')"))
          .isEqualTo("fine,kept");
      // What somebody else has put there meanwhile is not Fram's to drop, even under a known name.
      pair.target("CREATE VIEW shop.v AS SELECT 1 AS one");
      transfer.drop(1);
      assertThat(pair.targetValue("SELECT one FROM shop.v")).isEqualTo("1");
    }
  }

  @Test
  void systemVersionedTablesAreRefused() throws Exception {
    try (Pair pair = Pair.of("MARIADB_11_4-MARIADB_11_4")) {
      pair.source(
          "CREATE DATABASE shop;; CREATE TABLE shop.old (id int PRIMARY KEY)"
              + " WITH SYSTEM VERSIONING");
      assertThatThrownBy(() -> pair.transfer().createTables(1, told -> {}))
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED))
          .hasMessageContaining("shop.old");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"V8_0-V8_0", "MARIADB_11_4-MARIADB_11_4"})
  void listsForTheGateAndTheChecks(String versions) throws Exception {
    try (Pair pair = Pair.of(versions)) {
      pair.source(pair.everything());
      var catalog = new Catalog(Scope.all(), List.of());
      try (var from = pair.onSource();
          var to = pair.onTarget()) {
        assertThat(Events.enabled(from, catalog)).containsExactly(new TableId("shop", "hourly"));
        assertThat(Definers.missing(from, to, catalog)).containsOnlyKeys("nobody@nowhere");
        assertThat(SourceAccounts.logins(from))
            .extracting(SourceAccounts.Account::toString)
            .contains("app@%", "plain@127.0.0.1")
            .doesNotContain("o'dd `user@127.0.%", "reader", "reader@%");
      }
    }
  }

  @Test
  void withoutOwnersEveryDefinerIsTheLogin() throws Exception {
    try (Pair pair = Pair.of("V8_0-V8_0")) {
      pair.source(pair.everything());
      MySqlSchemaTransfer transfer = pair.transfer(SchemaOption.NO_OWNER);
      SchemaRoundTripTest.whole(pair, transfer, new ArrayList<>());
      try (var to = pair.onTarget()) {
        var catalog = new Catalog(Scope.all(), List.of());
        assertThat(Definers.used(to, catalog).keySet())
            .singleElement()
            .asString()
            .startsWith("root");
      }
    }
  }
}
