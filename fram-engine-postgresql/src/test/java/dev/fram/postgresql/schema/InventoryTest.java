// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.ObjectFact;
import dev.fram.api.engine.ObjectFact.Due;
import dev.fram.api.engine.SchemaOption;
import dev.fram.api.model.Scope;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** That nothing is passed over: neither a kind, nor what was done to an object on the target. */
class InventoryTest {
  /** Those that everything.sql has; a kind that is no longer listed fails the test. */
  private static final Set<String> KINDS =
      Set.of(
          "access method",
          "aggregate",
          "cast",
          "collation",
          "comment",
          "conversion",
          "default acl",
          "domain constraint",
          "event trigger",
          "extension",
          "foreign table",
          "foreign-data wrapper",
          "function",
          "function of access method",
          "grant",
          "index",
          "large objects",
          "materialized view",
          "operator",
          "operator class",
          "operator family",
          "operator of access method",
          "owner",
          "policy",
          "procedure",
          "publication",
          "publication namespace",
          "publication relation",
          "replica identity",
          "revoke",
          "role",
          "role comment",
          "role membership",
          "role setting",
          "row level security",
          "rule",
          "schema",
          "sequence",
          "server",
          "statistics object",
          "table",
          "table constraint",
          "text search configuration",
          "text search dictionary",
          "text search parser",
          "text search template",
          "trigger",
          "type",
          "user mapping",
          "view");

  private static final String SMALL =
      """
      DO $$ BEGIN CREATE ROLE clerk; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
      CREATE SCHEMA shop;
      CREATE TABLE shop.item (id int PRIMARY KEY, name text CHECK (name <> ''), price int);
      CREATE TABLE shop.secret (id serial PRIMARY KEY, item int REFERENCES shop.item);
      CREATE TABLE shop.note (id int PRIMARY KEY, secret int REFERENCES shop.secret);
      CREATE INDEX by_name ON shop.item (name);
      CREATE INDEX by_price ON shop.item (price);
      CREATE INDEX of_secret ON shop.secret (item);
      CREATE SEQUENCE shop.number INCREMENT 5;
      CREATE VIEW shop.cheap AS SELECT id FROM shop.item WHERE price < 5;
      CREATE VIEW shop.dear AS SELECT id FROM shop.item WHERE price > 500;
      CREATE VIEW shop.secrets AS SELECT count(*) FROM shop.secret;
      CREATE VIEW shop.secrets_again AS SELECT * FROM shop.secrets;
      CREATE FUNCTION shop.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER first BEFORE INSERT ON shop.item FOR EACH ROW EXECUTE FUNCTION shop.f();
      CREATE TRIGGER second BEFORE INSERT ON shop.item FOR EACH ROW EXECUTE FUNCTION shop.f();
      CREATE TYPE shop.mood AS ENUM ('good', 'bad');
      CREATE POLICY own ON shop.item USING (id > 0);
      ALTER TABLE shop.item ENABLE ROW LEVEL SECURITY;
      COMMENT ON TABLE shop.item IS 'sold';
      COMMENT ON COLUMN shop.item.name IS 'printed';
      COMMENT ON TABLE shop.secret IS 'hidden';
      GRANT SELECT, INSERT ON shop.item TO clerk;
      GRANT SELECT (id) ON shop.item TO PUBLIC;
      GRANT SELECT ON shop.secret TO clerk;
      GRANT USAGE ON SCHEMA shop TO clerk;
      ALTER TABLE shop.note OWNER TO clerk;
      """;

  @Test
  void everyKindIsListed() throws Exception {
    try (Pair pair = Pair.of("18-18")) {
      pair.source(SchemaRoundTripTest.everything());
      assertThat(kinds(InventoryDifferences.source(pair, Scope.all()))).isEqualTo(KINDS);
    }
  }

  @Test
  void whatIsDroppedOrAlteredOnTheTargetIsNamed() throws Exception {
    try (Pair pair = Pair.of("15-18")) {
      pair.source(SMALL);
      carryOver(pair);
      assertThat(InventoryDifferences.of(pair)).isEmpty();
      pair.target(
          """
          DROP VIEW shop.cheap;
          CREATE OR REPLACE VIEW shop.dear AS SELECT id FROM shop.item WHERE price > 600;
          DROP INDEX shop.by_name;
          DROP TRIGGER first ON shop.item;
          ALTER TABLE shop.item DISABLE TRIGGER second;
          ALTER TABLE shop.item DISABLE ROW LEVEL SECURITY;
          DROP POLICY own ON shop.item;
          ALTER TABLE shop.secret DROP CONSTRAINT secret_item_fkey;
          ALTER TABLE shop.note ADD COLUMN more int;
          ALTER TABLE shop.note OWNER TO postgres;
          ALTER SEQUENCE shop.number INCREMENT 7;
          ALTER TYPE shop.mood ADD VALUE 'worse';
          COMMENT ON TABLE shop.item IS NULL;
          COMMENT ON COLUMN shop.item.name IS 'not printed';
          REVOKE SELECT (id) ON shop.item FROM PUBLIC;
          REVOKE INSERT ON shop.item FROM clerk;
          REVOKE EXECUTE ON FUNCTION shop.f() FROM PUBLIC;
          """);
      assertThat(InventoryDifferences.of(pair))
          .containsExactlyInAnyOrder(
              "missing: view shop.cheap",
              "missing: owner of view shop.cheap",
              "different: view shop.dear",
              "missing: index shop.by_name",
              "missing: trigger first on shop.item",
              "different: trigger second on shop.item",
              "missing: row level security of shop.item",
              "missing: policy own on shop.item",
              "missing: table constraint secret_item_fkey on shop.secret",
              "different: table shop.note",
              "different: owner of table shop.note",
              "different: sequence shop.number",
              "different: type shop.mood",
              "missing: comment on table shop.item",
              "different: comment on table column shop.item.name",
              "missing: grant on table column shop.item.id to PUBLIC",
              "different: grant on table shop.item to clerk");
    }
  }

  @Test
  void whatFramDoesNotCarryOverIsListed() throws Exception {
    try (Pair pair = Pair.of("18-18")) {
      pair.source(
          """
          CREATE SCHEMA shop;
          CREATE TABLE shop.item (id int PRIMARY KEY);
          CREATE SUBSCRIPTION from_afar CONNECTION 'host=nowhere.invalid' PUBLICATION p
            WITH (connect = false, slot_name = NONE);
          DO $$ BEGIN CREATE ROLE clerk; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
          GRANT SELECT ON shop.item TO clerk;
          GRANT SET ON PARAMETER log_statement TO clerk;
          CREATE FUNCTION pg_catalog.smuggled() RETURNS int LANGUAGE sql AS 'SELECT 1';
          SET allow_system_table_mods = on;
          INSERT INTO pg_seclabel VALUES ('shop.item'::regclass, 'pg_class'::regclass, 0,
            'some provider', 'top secret');
          """);
      carryOver(pair);
      try {
        assertThat(InventoryDifferences.of(pair))
            .containsExactlyInAnyOrder(
                "missing: subscription from_afar",
                "missing: security label of \"some provider\" on table shop.item",
                "missing: role grant on parameter log_statement to clerk",
                "missing: function pg_catalog.smuggled()",
                "missing: owner of function pg_catalog.smuggled()");
        assertThat(
                InventoryDifferences.source(pair, Scope.all()).stream()
                    .filter(fact -> fact.due() == Due.NEVER)
                    .map(fact -> fact.id().kind()))
            .containsExactlyInAnyOrder("subscription", "security label", "role grant");
      } finally {
        pair.source(
            "REVOKE SET ON PARAMETER log_statement FROM clerk; DROP SUBSCRIPTION from_afar");
      }
    }
  }

  @Test
  void aPatternLeavesOutATableAndAllThatHangsOnIt() throws Exception {
    try (Pair pair = Pair.of("18-18")) {
      pair.source(SMALL);
      Scope scope = new Scope(List.of(), List.of("shop.secret"));
      Map<String, String> out = excluded(InventoryDifferences.source(pair, scope));
      String by = "--exclude=shop.secret";
      assertThat(out)
          .containsEntry("table shop.secret", by)
          .containsEntry("owner of table shop.secret", by)
          .containsEntry("index shop.secret_pkey", by)
          .containsEntry("index shop.of_secret", by)
          .containsEntry("sequence shop.secret_id_seq", by)
          .containsEntry("table constraint secret_pkey on shop.secret", by)
          .containsEntry("table constraint secret_item_fkey on shop.secret", by)
          .containsEntry("table constraint note_secret_fkey on shop.note", by)
          .containsEntry("comment on table shop.secret", by)
          .containsEntry("grant on table shop.secret to clerk", by)
          .containsEntry("view shop.secrets", by + " (reads shop.secret)")
          .containsEntry("owner of view shop.secrets", by + " (reads shop.secret)")
          .containsEntry("view shop.secrets_again", by + " (reads shop.secret)")
          .containsEntry("owner of view shop.secrets_again", by + " (reads shop.secret)");
      assertThat(out.keySet()).allMatch(name -> name.contains("secret"));
    }
  }

  @Test
  void anOptionLeavesOutItsKind() throws Exception {
    try (Pair pair = Pair.of("18-18")) {
      pair.source(SMALL);
      Map<String, String> out =
          excluded(
              InventoryDifferences.source(
                  pair,
                  Scope.all(),
                  SchemaOption.NO_COMMENTS,
                  SchemaOption.NO_OWNER,
                  SchemaOption.NO_PRIVILEGES,
                  SchemaOption.NO_ROLES));
      assertThat(out)
          .containsEntry("comment on table shop.item", "--no-comments")
          .containsEntry("owner of table shop.note", "--no-owner")
          .containsEntry("grant on table shop.item to clerk", "--no-privileges")
          .containsEntry("role clerk", "--no-roles")
          .doesNotContainKey("table shop.item");
    }
  }

  private static Map<String, String> excluded(List<ObjectFact> facts) {
    return facts.stream()
        .filter(fact -> fact.excludedBy().isPresent())
        .collect(Collectors.toMap(fact -> fact.id().toString(), fact -> fact.excludedBy().get()));
  }

  private static Set<String> kinds(List<ObjectFact> facts) {
    return facts.stream()
        .map(fact -> fact.id().kind())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static void carryOver(Pair pair) throws Exception {
    PostgresSchemaTransfer transfer = pair.transfer();
    transfer.createTables(1, note -> {});
    SchemaRoundTripTest.buildIndexes(pair, transfer);
    transfer.finishIndexes(1);
    transfer.addConstraints(1, note -> {});
    transfer.prepareFinish(1);
    transfer.finish(1);
    assertThat(transfer.afterOpening(1)).isEmpty();
  }
}
