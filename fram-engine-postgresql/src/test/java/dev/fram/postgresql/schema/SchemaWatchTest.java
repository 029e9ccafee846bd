// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is defined anew during a migration is not carried over: it must be found. */
class SchemaWatchTest {
  private static final String SCHEMA =
      """
      CREATE TYPE mood AS ENUM ('sad', 'ok');
      CREATE DOMAIN positive AS int CHECK (VALUE > 0);
      CREATE TABLE a (id int PRIMARY KEY, n int DEFAULT 1, m mood, v text);
      CREATE TABLE b (id int PRIMARY KEY, a int);
      CREATE INDEX a_n ON a (n);
      CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
      CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION touch();
      CREATE POLICY p ON a USING (n > 0);
      CREATE VIEW w AS SELECT id FROM a;
      CREATE SEQUENCE s;
      COMMENT ON TABLE b IS 'x';
      """;

  private record Change(String change, String undo, String named) {}

  private static final List<Change> CHANGES =
      List.of(
          new Change(
              "CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT $1 + 1'",
              "CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT $1'",
              "FUNCTION public.f(integer) was altered"),
          new Change(
              "CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
              "DROP FUNCTION f(text)",
              "FUNCTION public.f(text) is new"),
          new Change(
              "CREATE TYPE pair AS (x int, y int)", "DROP TYPE pair", "TYPE public.pair is new"),
          new Change(
              "ALTER DOMAIN positive ADD CONSTRAINT small CHECK (VALUE < 100)",
              "ALTER DOMAIN positive DROP CONSTRAINT small",
              "DOMAIN public.positive was altered"),
          new Change(
              "ALTER POLICY p ON a USING (n > 1)",
              "ALTER POLICY p ON a USING (n > 0)",
              "POLICY public.a p was altered"),
          new Change(
              "ALTER TABLE a ALTER n SET DEFAULT 2",
              "ALTER TABLE a ALTER n SET DEFAULT 1",
              "TABLE public.a was altered"),
          new Change(
              "ALTER TABLE b ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES a",
              "ALTER TABLE b DROP CONSTRAINT fk",
              "FK CONSTRAINT public.b fk is new"),
          new Change(
              "ALTER TABLE a DISABLE TRIGGER t",
              "ALTER TABLE a ENABLE TRIGGER t",
              "TRIGGER public.a t was altered"),
          new Change(
              "CREATE OR REPLACE VIEW w AS SELECT id FROM a WHERE n > 0",
              "CREATE OR REPLACE VIEW w AS SELECT id FROM a",
              "VIEW public.w was altered"),
          new Change(
              "ALTER SEQUENCE s INCREMENT 5", "ALTER SEQUENCE s INCREMENT 1", "SEQUENCE public.s"),
          new Change(
              "GRANT SELECT ON b TO PUBLIC",
              "REVOKE SELECT ON b FROM PUBLIC",
              "ACL public.TABLE b"),
          new Change(
              "COMMENT ON TABLE b IS 'y'", "COMMENT ON TABLE b IS 'x'", "COMMENT public.TABLE b"),
          new Change("CREATE INDEX b_a ON b (a)", "DROP INDEX b_a", "INDEX public.b_a is new"));

  @ParameterizedTest
  @ValueSource(strings = {"15-15", "18-18"})
  void everyKindOfChangeIsNamedAndAnUndoneOneForgiven(String versions) throws Exception {
    try (Pair pair = Pair.of(versions)) {
      PostgresSchemaTransfer transfer = begun(pair);
      for (Change each : CHANGES) {
        pair.source(each.change);
        drift(() -> transfer.prepareFinish(1), each.named);
        pair.source(each.undo);
      }
      transfer.prepareFinish(1);
    }
  }

  @Test
  void aChangeBehindTheGateIsFoundWithoutAComparison() throws Exception {
    try (Pair pair = Pair.of("15-15")) {
      PostgresSchemaTransfer transfer = begun(pair);
      for (Change each : CHANGES) {
        transfer.prepareFinish(1);
        pair.source(each.change);
        drift(() -> transfer.finish(1), "the schema was changed while");
        pair.source(each.undo);
      }
    }
  }

  @Test
  void whatIsNoChangeOfTheSchemaIsNone() throws Exception {
    try (Pair pair = Pair.of("15-15")) {
      PostgresSchemaTransfer transfer = begun(pair);
      transfer.prepareFinish(1);
      pair.source("CREATE TEMP TABLE scratch (id serial PRIMARY KEY, m mood)");
      pair.source(
          "INSERT INTO a SELECT i FROM generate_series(1, 1000) i; SELECT nextval('s'); ANALYZE;"
              + " TRUNCATE b; REINDEX TABLE a; DROP INDEX a_n");
      pair.source("CREATE PUBLICATION fram_0123abcd FOR TABLE a");
      pair.source("COMMENT ON PUBLICATION fram_0123abcd IS 'ours'");
      transfer.prepareFinish(1);
      pair.source("VACUUM FULL a");
      pair.source("VACUUM ANALYZE");
      pair.source("CREATE INDEX made_on_both ON a (v)");
      pair.target("CREATE INDEX made_on_both ON a (v)");
      transfer.prepareFinish(1);
      transfer.finish(1);
      assertThat(transfer.afterOpening(1)).isEmpty();
    }
  }

  @Test
  void whatComesTooLateIsTold() throws Exception {
    try (Pair pair = Pair.of("15-15")) {
      PostgresSchemaTransfer transfer = begun(pair);
      transfer.prepareFinish(1);
      transfer.finish(1);
      pair.source("CREATE TABLE late (id int PRIMARY KEY)");
      assertThat(transfer.afterOpening(1))
          .singleElement()
          .asString()
          .contains("TABLE public.late is new", "by hand");
      // A run that resumes has nothing to compare a mark with, and compares in full.
      assertThat(pair.transfer().afterOpening(1))
          .singleElement()
          .asString()
          .contains("TABLE public.late is new");
    }
  }

  private static PostgresSchemaTransfer begun(Pair pair) throws Exception {
    pair.source(SCHEMA);
    PostgresSchemaTransfer transfer = pair.transfer();
    transfer.createTables(1, told -> {});
    SchemaRoundTripTest.buildIndexes(pair, transfer);
    transfer.finishIndexes(1);
    transfer.addConstraints(1, told -> {});
    return transfer;
  }

  private static void drift(Runnable call, String named) {
    assertThatThrownBy(call::run)
        .as(named)
        .isInstanceOfSatisfying(
            FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SCHEMA_DRIFT))
        .hasMessageContaining(named);
  }
}
