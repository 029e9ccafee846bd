// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.ObjectFact;
import dev.fram.api.engine.ObjectFact.Due;
import dev.fram.api.engine.SchemaOption;
import dev.fram.api.model.Scope;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That nothing is passed over: neither a kind, nor what was done to an object on the target. */
class InventoryTest {
  private static final String MYSQL = "V8_0-V8_0";
  private static final String MARIADB = "MARIADB_11_4-MARIADB_11_4";

  /** Those that everything.sql has; a kind that is no longer listed fails the test. */
  private static final Set<String> KINDS =
      Set.of(
          "account",
          "auto-increment counter",
          "check constraint",
          "comment",
          "database",
          "definer",
          "event",
          "event state",
          "foreign key",
          "function",
          "grant",
          "index",
          "partition",
          "procedure",
          "table",
          "trigger",
          "view");

  private static final String SMALL =
      """
      CREATE DATABASE shop;; USE shop;;
      CREATE TABLE item (id int AUTO_INCREMENT PRIMARY KEY COMMENT 'a number', name varchar(20),
        price int CHECK (price > 0), KEY by_name (name), KEY by_price (price)) COMMENT 'sold';;
      CREATE TABLE secret (id int PRIMARY KEY, item int, KEY of_item (item),
        CONSTRAINT to_item FOREIGN KEY (item) REFERENCES item (id));;
      CREATE TABLE sliced (id int PRIMARY KEY) PARTITION BY RANGE (id)
        (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20));;
      CREATE VIEW cheap AS SELECT id FROM item WHERE price < 5;;
      CREATE VIEW dear AS SELECT id FROM item WHERE price > 500;;
      CREATE FUNCTION twice(a int) RETURNS int DETERMINISTIC RETURN a * 2;;
      CREATE PROCEDURE nothing() COMMENT 'at all' BEGIN END;;
      CREATE TRIGGER first BEFORE INSERT ON item FOR EACH ROW SET NEW.price = 1;;
      CREATE EVENT hourly ON SCHEDULE EVERY 1 HOUR ENABLE DO DELETE FROM shop.secret;;
      CREATE USER clerk@'127.0.0.1' IDENTIFIED BY 'only-for-a-test';;
      GRANT SELECT ON shop.item TO clerk@'127.0.0.1';;
      GRANT EXECUTE ON FUNCTION shop.twice TO clerk@'127.0.0.1';;
      """;

  @ParameterizedTest
  @ValueSource(strings = {MYSQL, MARIADB})
  void everyKindIsListed(String versions) throws Exception {
    try (Pair pair = Pair.of(versions)) {
      pair.source(pair.everything());
      Set<String> expected = new HashSet<>(KINDS);
      if (pair.mariaDb()) {
        expected.add("sequence");
      }
      Set<String> kinds =
          pair.sourceObjects().stream()
              .map(fact -> fact.id().kind())
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(kinds).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {MYSQL, MARIADB})
  void whatIsDroppedOrAlteredOnTheTargetIsNamed(String versions) throws Exception {
    try (Pair pair = Pair.of(versions)) {
      pair.source(SMALL);
      carryOver(pair);
      assertThat(InventoryDifferences.of(pair)).isEmpty();
      pair.target(
          """
          USE shop;;
          DROP VIEW cheap;;
          ALTER VIEW dear AS SELECT id FROM item WHERE price > 600;;
          ALTER TABLE item DROP KEY by_name, COMMENT '';;
          ALTER TABLE secret DROP FOREIGN KEY to_item, ADD COLUMN more int;;
          ALTER TABLE sliced DROP PARTITION p1;;
          DROP FUNCTION twice;; CREATE FUNCTION twice(a int) RETURNS int DETERMINISTIC RETURN a * 3;;
          DROP PROCEDURE nothing;;
          DROP TRIGGER first;;
          ALTER EVENT hourly DISABLE;;
          REVOKE SELECT ON shop.item FROM clerk@'127.0.0.1';;
          """);
      assertThat(InventoryDifferences.of(pair))
          .containsExactlyInAnyOrder(
              "missing: view shop.cheap",
              "missing: definer of view shop.cheap",
              "different: view shop.dear",
              "missing: index shop.item.by_name",
              "missing: comment on table shop.item",
              "missing: foreign key shop.secret.to_item",
              "different: table shop.secret",
              "missing: partition shop.sliced.p1",
              "different: function shop.twice",
              "missing: procedure shop.nothing",
              "missing: comment on procedure shop.nothing",
              "missing: definer of procedure shop.nothing",
              "missing: trigger shop.first",
              "missing: definer of trigger shop.first",
              "different: event state shop.hourly",
              "missing: grant GRANT EXECUTE ON FUNCTION `shop`.`twice` TO `clerk`@`127.0.0.1`",
              "missing: grant GRANT SELECT ON `shop`.`item` TO `clerk`@`127.0.0.1`");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {MYSQL, MARIADB})
  void whatFramDoesNotCarryOverIsListed(String versions) throws Exception {
    try (Pair pair = Pair.of(versions)) {
      pair.source(
          SMALL
              + "CREATE SERVER afar FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'nowhere.invalid');;"
              + (pair.mariaDb() ? "" : "ANALYZE TABLE item UPDATE HISTOGRAM ON price;;"));
      try {
        List<String> left =
            pair.mariaDb()
                ? List.of("server afar")
                : List.of("server afar", "histogram shop.item.price");
        assertThat(
                pair.sourceObjects().stream()
                    .filter(fact -> fact.due() == Due.NEVER)
                    .map(fact -> fact.id().toString()))
            .containsExactlyInAnyOrderElementsOf(left);
      } finally {
        pair.source("DROP SERVER afar");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {MYSQL, MARIADB})
  void aPatternLeavesOutATableAndAllThatHangsOnIt(String versions) throws Exception {
    try (Pair pair = Pair.of(versions)) {
      pair.source(SMALL);
      Map<String, String> out =
          pair.sourceObjects(new Scope(List.of(), List.of("shop.secret"))).stream()
              .filter(fact -> fact.excludedBy().isPresent())
              .collect(
                  Collectors.toMap(
                      fact -> fact.id().toString(), fact -> fact.excludedBy().orElse("")));
      assertThat(out)
          .containsOnlyKeys(
              "table shop.secret",
              "index shop.secret.PRIMARY",
              "index shop.secret.of_item",
              "foreign key shop.secret.to_item")
          .containsValue("--exclude=shop.secret");
      assertThat(
              pair.sourceObjects(new Scope(List.of(), List.of("shop.*"))).stream()
                  .filter(fact -> fact.id().kind().equals("database"))
                  .map(ObjectFact::excludedBy))
          .allMatch(by -> by.filter("--exclude=shop.*"::equals).isPresent());
    }
  }

  private static void carryOver(Pair pair) throws Exception {
    MySqlSchemaTransfer transfer = pair.transfer(SchemaOption.WITH_USERS);
    SchemaRoundTripTest.whole(pair, transfer, new ArrayList<>());
    assertThat(transfer.afterOpening(1)).isEmpty();
  }
}
