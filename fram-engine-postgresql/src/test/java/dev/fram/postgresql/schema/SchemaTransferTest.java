// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.engine.SchemaOption;
import dev.fram.api.engine.SchemaTransfer.IndexJob;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.Secret;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Connector;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaTransferTest {
  private static final String NASTY = "\"Table '; DROP TABLE x; --\"";

  @ParameterizedTest
  @ValueSource(strings = {"15-18", "18-18"})
  void aCancelLeavesTheTargetAsItWas(String versions) throws Exception {
    try (Pair pair = Pair.of(versions)) {
      pair.source(SchemaRoundTripTest.everything());
      pair.target("CREATE EXTENSION hstore; SELECT lo_create(5)");
      List<String> before = pair.targetDump();
      String roles = "SELECT string_agg(rolname, ',' ORDER BY rolname) FROM pg_roles";
      pair.target("DROP ROLE IF EXISTS only_for_this");
      pair.source(
          "DO $$ BEGIN CREATE ROLE only_for_this LOGIN; EXCEPTION WHEN duplicate_object THEN NULL;"
              + " END $$; GRANT SELECT ON shop.orders TO only_for_this");
      String rolesBefore = pair.targetValue(roles);
      PostgresSchemaTransfer transfer = pair.transfer();
      transfer.createTables(1, told -> {});
      SchemaRoundTripTest.buildIndexes(pair, transfer);
      transfer.finishIndexes(1);
      transfer.addConstraints(1, told -> {});
      transfer.prepareFinish(1);
      transfer.finish(1);
      assertThat(pair.targetValue(roles)).contains("only_for_this");
      // A new object, as after a restart.
      pair.transfer().drop(1);
      pair.transfer().drop(1);
      // Default grants of roles that were there before stay: only a cutover that was undone, and
      // then cancelled, has made them.
      assertThat(Difference.of(before, pair.targetDump()))
          .filteredOn(line -> line.startsWith("-") || line.startsWith("+ CREATE"))
          .isEmpty();
      assertThat(pair.targetValue(roles)).isEqualTo(rolesBefore);
      assertThat(pair.targetValue("SELECT array_agg(oid)::text FROM pg_largeobject_metadata"))
          .isEqualTo("{5}");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"15-15", "18-18"})
  void anUndoneCutoverTakesTriggersAwayAndASecondOneBringsThemAgain(String versions)
      throws Exception {
    try (Pair pair = Pair.of(versions)) {
      pair.source(SchemaRoundTripTest.everything());
      PostgresSchemaTransfer transfer = ready(pair);
      List<String> before = pair.targetDump();
      transfer.finish(1);
      transfer.finish(1);
      assertThat(pair.targetDump()).isEqualTo(pair.sourceDump());
      transfer.undoFinish(1);
      transfer.undoFinish(1);
      // Grants by default stay: they hit nothing that is applied.
      assertThat(Difference.of(before, pair.targetDump()))
          .filteredOn(line -> line.startsWith("-"))
          .isEmpty();
      assertThat(
              pair.targetValue(
                  "SELECT (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal)"
                      + " + (SELECT count(*) FROM pg_policy) + (SELECT count(*) FROM pg_publication)"
                      + " + (SELECT count(*) FROM pg_event_trigger)"
                      + " + (SELECT count(*) FROM pg_class WHERE relrowsecurity)"))
          .isEqualTo("0");
      transfer.finish(1);
      assertThat(transfer.afterOpening(1)).isEmpty();
      assertThat(pair.targetDump()).isEqualTo(pair.sourceDump());
    }
  }

  @Test
  void aCrashWhileTablesAreCreatedLeavesNothingAndTheNextRunGoesOn() throws Exception {
    try (Pair pair = Pair.of("15-18")) {
      pair.source(SchemaRoundTripTest.everything());
      List<String> empty = pair.targetDump();
      PostgresSchemaTransfer dying =
          new PostgresSchemaTransfer(
              pair.source(),
              pair.target(),
              Scope.all(),
              Set.of(),
              connection -> {
                throw new SQLException("the power fails here", "57P01");
              });
      assertThatThrownBy(() -> dying.createTables(1, told -> {}))
          .isInstanceOf(FramException.class)
          .hasMessageContaining("target ");
      assertThat(pair.targetDump()).isEqualTo(empty);
      // The archive is the first run's: what the source did meanwhile is drift, not schema.
      pair.source("CREATE TABLE shop.too_late (a int)");
      PostgresSchemaTransfer next = pair.transfer();
      next.createTables(1, told -> {});
      next.createTables(1, told -> {});
      assertThat(pair.targetValue("SELECT to_regclass('shop.orders') IS NOT NULL")).isEqualTo("t");
      assertThat(pair.targetValue("SELECT to_regclass('shop.too_late')")).isEqualTo("null");
      assertThatThrownBy(() -> next.prepareFinish(1))
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SCHEMA_DRIFT))
          .hasMessageContaining("new table shop.too_late");
    }
  }

  @Test
  void indexesAreBuiltOnceAndBrokenOnesAnew() throws Exception {
    try (Pair pair = Pair.of("18-18")) {
      pair.source(
          "CREATE TABLE "
              + NASTY
              + " (a int PRIMARY KEY, b int UNIQUE); CREATE INDEX \"i; \"\"x\" ON "
              + NASTY
              + " (b); COMMENT ON INDEX \"i; \"\"x\" IS 'c'");
      PostgresSchemaTransfer transfer = pair.transfer();
      transfer.createTables(1, told -> {});
      TableId table = new TableId("public", "Table '; DROP TABLE x; --");
      List<IndexJob> jobs = transfer.indexes(table);
      assertThat(jobs)
          .extracting(IndexJob::name)
          .containsExactlyInAnyOrder(
              "Table '; DROP TABLE x; --_pkey", "Table '; DROP TABLE x; --_b_key", "i; \"x");
      // An invalid one, as CREATE INDEX CONCURRENTLY leaves it.
      pair.target("CREATE INDEX \"i; \"\"x\" ON " + NASTY + " (a)");
      pair.target(
          "UPDATE pg_index SET indisvalid = false WHERE indexrelid = '\"i; \"\"x\"'::regclass");
      jobs.forEach(transfer::build);
      jobs.forEach(transfer::build);
      pair.transfer().indexes(table).forEach(transfer::build);
      transfer.finishIndexes(1);
      assertThat(pair.targetDump()).isEqualTo(pair.sourceDump());
      assertThat(transfer.indexes(new TableId("public", "nobody"))).isEmpty();
    }
  }

  @Test
  void aDatabaseThatIsNotEmptyIsRefusedUnlessToldAndNothingCollides() throws Exception {
    try (Pair pair = Pair.of("15-18")) {
      pair.source(
          "CREATE SCHEMA s; CREATE TABLE s.t (a int PRIMARY KEY); CREATE TABLE mine (a int)");
      pair.target("CREATE SCHEMA s; CREATE TABLE s.other (a int); COMMENT ON SCHEMA s IS 'theirs'");
      assertThatThrownBy(() -> pair.transfer().createTables(1, told -> {}))
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TARGET_NOT_EMPTY))
          .hasMessageContaining("s.other");
      pair.target("CREATE TABLE mine (b int)");
      assertThatThrownBy(
              () -> pair.transfer(SchemaOption.ALLOW_NONEMPTY_TARGET).createTables(1, told -> {}))
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TARGET_NOT_EMPTY))
          .hasMessageContaining("public.mine");
      pair.target("DROP TABLE mine");
      List<String> before = pair.targetDump();
      PostgresSchemaTransfer transfer = pair.transfer(SchemaOption.ALLOW_NONEMPTY_TARGET);
      transfer.createTables(1, told -> {});
      assertThat(pair.targetValue("SELECT to_regclass('s.t') IS NOT NULL")).isEqualTo("t");
      transfer.drop(1);
      assertThat(pair.targetDump()).isEqualTo(before);
    }
  }

  @Test
  void theScopeLeavesTablesOutWithWhatNeedsThem() throws Exception {
    try (Pair pair = Pair.of("15-15")) {
      pair.source(
          """
          CREATE TABLE kept (id serial PRIMARY KEY);
          CREATE TABLE "out; side" (id serial PRIMARY KEY, k int REFERENCES kept);
          CREATE TABLE refers (id int PRIMARY KEY, o int REFERENCES "out; side");
          CREATE VIEW over_out AS SELECT id FROM "out; side";
          CREATE VIEW over_view AS SELECT id FROM over_out;
          CREATE VIEW over_kept AS SELECT id FROM kept;
          """);
      List<String> told = new ArrayList<>();
      PostgresSchemaTransfer transfer = pair.transfer(new Scope(List.of(), List.of("public.out*")));
      transfer.createTables(1, told::add);
      SchemaRoundTripTest.buildIndexes(pair, transfer);
      transfer.finishIndexes(1);
      transfer.addConstraints(1, told::add);
      transfer.prepareFinish(1);
      transfer.finish(1);
      assertThat(told).anyMatch(line -> line.contains("left out by the scope: public.over_view"));
      assertThat(
              pair.targetValue(
                  "SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class"
                      + " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r','v','S')"))
          .isEqualTo("kept,kept_id_seq,over_kept,refers");
    }
  }

  @Test
  void rolesComeWithAttributesMembersAndPasswords() throws Exception {
    try (Pair pair = Pair.of("15-18")) {
      for (String role : List.of("r owner", "r group", "r \"login\"; --", "r unrelated")) {
        String name = "\"" + role.replace("\"", "\"\"") + "\"";
        pair.source("DROP ROLE IF EXISTS " + name);
        pair.target("DROP ROLE IF EXISTS " + name);
      }
      pair.source(
          """
          CREATE ROLE "r owner" CREATEDB CREATEROLE;
          CREATE ROLE "r group" NOINHERIT;
          CREATE ROLE "r ""login""; --" LOGIN PASSWORD 'pa''ss' CONNECTION LIMIT 3
            VALID UNTIL '2031-01-01' IN ROLE "r group";
          CREATE ROLE "r unrelated";
          ALTER ROLE "r group" SET search_path = "$user", "a, b", public;
          ALTER ROLE "r group" SET "my.setting" = 'x''y\\z';
          COMMENT ON ROLE "r group" IS 'g';
          CREATE TABLE t (a int); ALTER TABLE t OWNER TO "r owner"; GRANT SELECT ON t TO "r group";
          """);
      pair.transfer().createTables(1, told -> {});
      String roles =
          "SELECT string_agg(concat_ws(' ', rolname, rolcreatedb, rolcreaterole, rolinherit,"
              + " rolcanlogin, rolconnlimit, rolvaliduntil, rolpassword,"
              + " (SELECT setconfig FROM pg_db_role_setting WHERE setrole = oid AND setdatabase = 0),"
              + " shobj_description(oid, 'pg_authid')), '|' ORDER BY rolname)"
              + " FROM pg_authid WHERE rolname LIKE 'r %' AND rolname <> 'r unrelated'";
      assertThat(pair.targetValue(roles)).isEqualTo(pair.sourceValue(roles)).contains("SCRAM");
      assertThat(pair.targetValue("SELECT count(*) FROM pg_roles WHERE rolname = 'r unrelated'"))
          .isEqualTo("0");
      assertThat(pair.targetValue("SELECT pg_has_role('r \"login\"; --', 'r group', 'MEMBER')"))
          .isEqualTo("t");
    }
  }

  @Test
  void withoutReplicaRoleForeignKeysWaitForTheCutover() throws Exception {
    try (Pair pair = Pair.of("15-18")) {
      pair.source(
          """
          CREATE TABLE parent (id int PRIMARY KEY); INSERT INTO parent VALUES (1);
          CREATE TABLE child (id int PRIMARY KEY, p int CONSTRAINT fk REFERENCES parent);
          COMMENT ON CONSTRAINT fk ON child IS 'mine';
          CREATE TABLE parted (id int, p int REFERENCES parent) PARTITION BY LIST (id);
          CREATE TABLE parted_1 PARTITION OF parted DEFAULT;
          """);
      plainLogin(pair);
      List<String> told = new ArrayList<>();
      PostgresSchemaTransfer transfer =
          new PostgresSchemaTransfer(
              pair.source(),
              plain(pair),
              Scope.all(),
              Set.of(SchemaOption.NO_OWNER, SchemaOption.NO_PRIVILEGES, SchemaOption.NO_ROLES),
              connection -> {});
      transfer.createTables(1, told::add);
      SchemaRoundTripTest.buildIndexes(pair, transfer);
      transfer.finishIndexes(1);
      transfer.addConstraints(1, told::add);
      String keys =
          "SELECT string_agg(conname || ' ' || convalidated, ',' ORDER BY conname) FROM"
              + " pg_constraint WHERE contype = 'f' AND conparentid = 0";
      assertThat(told).anyMatch(line -> line.contains("session_replication_role cannot be set"));
      assertThat(pair.targetValue(keys)).isEqualTo("null");
      transfer.prepareFinish(1);
      transfer.finish(1);
      assertThat(pair.targetValue(keys)).contains("fk false");
      transfer.undoFinish(1);
      assertThat(pair.targetValue(keys)).isEqualTo("null");
      transfer.finish(1);
      assertThat(transfer.afterOpening(1)).isEmpty();
      assertThat(pair.targetValue(keys)).isEqualTo("fk true,parted_p_fkey true");
      assertThat(
              pair.targetValue(
                  "SELECT obj_description(oid, 'pg_constraint') FROM pg_constraint WHERE conname ="
                      + " 'fk'"))
          .isEqualTo("mine");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"15-15", "18-18"})
  void aForeignKeyThatRowsViolateIsReportedNotForced(String versions) throws Exception {
    try (Pair pair = Pair.of(versions)) {
      pair.source(
          """
          CREATE TABLE parent (id int PRIMARY KEY);
          CREATE TABLE child (id int PRIMARY KEY, p int CONSTRAINT fk REFERENCES parent);
          CREATE TABLE parted (id int, p int CONSTRAINT pfk REFERENCES parent)
            PARTITION BY LIST (id);
          CREATE TABLE parted_1 PARTITION OF parted DEFAULT;
          """);
      PostgresSchemaTransfer transfer = pair.transfer();
      List<String> told = new ArrayList<>();
      transfer.createTables(1, told::add);
      SchemaRoundTripTest.buildIndexes(pair, transfer);
      transfer.finishIndexes(1);
      // The copy of parent has not met the feed yet.
      pair.target("INSERT INTO child VALUES (1, 7); INSERT INTO parted VALUES (1, 7)");
      transfer.addConstraints(1, told::add);
      assertThat(told).anyMatch(line -> line.contains("foreign key fk of public.child"));
      transfer.prepareFinish(1);
      transfer.finish(1);
      assertThat(transfer.afterOpening(1)).hasSize(2).allMatch(line -> line.contains("23503"));
      pair.target("INSERT INTO parent VALUES (7)");
      assertThat(transfer.afterOpening(1)).isEmpty();
      assertThat(
              pair.targetValue(
                  "SELECT bool_and(convalidated) FROM pg_constraint WHERE contype = 'f'"))
          .isEqualTo("t");
    }
  }

  @Test
  void largeObjectsFollowTheirSource() throws Exception {
    try (Pair pair = Pair.of("15-18")) {
      pair.source(
          "SELECT lo_from_bytea(101, 'same'); SELECT lo_from_bytea(102, 'changes');"
              + " SELECT lo_from_bytea(103, 'goes')");
      PostgresSchemaTransfer transfer = pair.transfer();
      transfer.createTables(1, told -> {});
      transfer.prepareFinish(1);
      pair.source(
          "SELECT lo_put(102, 600000, '\\x00ff00'); SELECT lo_unlink(103);"
              + " SELECT lo_create(104); GRANT SELECT ON LARGE OBJECT 101 TO PUBLIC;"
              + " COMMENT ON LARGE OBJECT 101 IS 'now with words'");
      transfer.finish(1);
      String all =
          "SELECT string_agg(concat_ws(' ', oid, lomacl::text, obj_description(oid,"
              + " 'pg_largeobject'), md5(lo_get(oid))), ',' ORDER BY oid)"
              + " FROM pg_largeobject_metadata";
      assertThat(pair.targetValue(all)).isEqualTo(pair.sourceValue(all));
    }
  }

  @Test
  void largeObjectsThatCameAfterTheFreezeAreThereBeforeTheTargetOpens() throws Exception {
    try (Pair pair = Pair.of("15-18")) {
      pair.source("SELECT lo_from_bytea(201, 'first'); SELECT lo_from_bytea(203, 'goes')");
      PostgresSchemaTransfer transfer = pair.transfer();
      transfer.createTables(1, told -> {});
      transfer.prepareFinish(1);
      transfer.finish(1);
      pair.source(
          "SELECT lo_put(201, 3, 'late'); SELECT lo_from_bytea(202, 'late'); SELECT lo_unlink(203)");
      transfer.lastLook(1);
      String all =
          "SELECT string_agg(concat_ws(' ', oid, md5(lo_get(oid))), ',' ORDER BY oid)"
              + " FROM pg_largeobject_metadata";
      assertThat(pair.targetValue(all)).isEqualTo(pair.sourceValue(all));
    }
  }

  @Test
  void sequencesEndBeyondTheSource() throws Exception {
    try (Pair pair = Pair.of("15-18")) {
      pair.source(
          """
          CREATE SEQUENCE up CACHE 50; CREATE SEQUENCE down INCREMENT -7;
          CREATE SEQUENCE "n; ever" START 5; CREATE SEQUENCE near AS smallint START 32000;
          CREATE SEQUENCE around MAXVALUE 1000 CYCLE; CREATE TABLE t (id serial PRIMARY KEY);
          CREATE TABLE i (id int GENERATED BY DEFAULT AS IDENTITY);
          INSERT INTO t SELECT FROM generate_series(1, 10);
          SELECT nextval('up'), nextval('down'), nextval('near'), nextval('around');
          """);
      PostgresSchemaTransfer transfer = pair.transfer();
      transfer.createTables(1, told -> {});
      transfer.finish(1);
      for (String up : List.of("up", "\"n; ever\"", "near", "around", "t_id_seq", "i_id_seq")) {
        long source = Long.parseLong(pair.sourceValue("SELECT nextval('public." + up + "')"));
        long target = Long.parseLong(pair.targetValue("SELECT nextval('public." + up + "')"));
        assertThat(target).as(up).isGreaterThan(source);
      }
      assertThat(Long.parseLong(pair.targetValue("SELECT nextval('public.down')")))
          .isLessThan(Long.parseLong(pair.sourceValue("SELECT nextval('public.down')")));
      assertThat(Long.parseLong(pair.targetValue("SELECT nextval('public.up')")))
          .isGreaterThan(50 * 200);
    }
  }

  @Test
  void aRunThatWasOvertakenChangesNothing() throws Exception {
    try (Pair pair = Pair.of("18-18")) {
      pair.source("CREATE TABLE t (a int)");
      List<String> empty = pair.targetDump();
      assertThatThrownBy(() -> pair.transfer().createTables(7, told -> {}))
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FENCED));
      // Overtaken while it works: its last look at the epoch finds the other's.
      PostgresSchemaTransfer slow =
          new PostgresSchemaTransfer(
              pair.source(),
              pair.target(),
              Scope.all(),
              Set.of(),
              connection -> pair.target("UPDATE fram.migration SET epoch = 2"));
      assertThatThrownBy(() -> slow.createTables(1, told -> {}))
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FENCED));
      assertThat(pair.targetDump()).isEqualTo(empty);
    }
  }

  @Test
  void theDatabasesOwnSettingsComeWithTheCutover() throws Exception {
    try (Pair pair = Pair.of("15-18")) {
      String database = "\"" + pair.database().replace("\"", "\"\"") + "\"";
      pair.source(
          "ALTER DATABASE "
              + database
              + " SET search_path = \"$user\", \"x, y\", public;"
              + "ALTER DATABASE "
              + database
              + " SET default_transaction_read_only = on;"
              + "ALTER ROLE postgres IN DATABASE "
              + database
              + " SET work_mem = '7MB';"
              + "SET default_transaction_read_only = off;"
              + "COMMENT ON DATABASE "
              + database
              + " IS 'it''s';"
              + "REVOKE CONNECT ON DATABASE "
              + database
              + " FROM PUBLIC");
      PostgresSchemaTransfer transfer = pair.transfer();
      transfer.createTables(1, told -> {});
      transfer.prepareFinish(1);
      transfer.finish(1);
      String settings =
          "SELECT string_agg(s.setrole::regrole::text || s.setconfig::text, ',' ORDER BY setrole)"
              + " || shobj_description(d.oid, 'pg_database')"
              + " || has_database_privilege('public', d.oid, 'CONNECT')"
              + " FROM pg_database d JOIN pg_db_role_setting s ON s.setdatabase = d.oid"
              + " WHERE d.datname = current_database() GROUP BY d.oid";
      assertThat(pair.targetValue(settings)).isEqualTo(pair.sourceValue(settings)).contains("x, y");
    }
  }

  private static PostgresSchemaTransfer ready(Pair pair) throws SQLException {
    PostgresSchemaTransfer transfer = pair.transfer();
    transfer.createTables(1, told -> {});
    SchemaRoundTripTest.buildIndexes(pair, transfer);
    transfer.finishIndexes(1);
    transfer.addConstraints(1, told -> {});
    transfer.prepareFinish(1);
    return transfer;
  }

  /** A login that owns its database and nothing more, as managed servers give. */
  private static void plainLogin(Pair pair) throws SQLException {
    String database = "\"" + pair.database().replace("\"", "\"\"") + "\"";
    pair.target(
        "DO $$ BEGIN CREATE ROLE plain LOGIN PASSWORD 'p'; EXCEPTION WHEN duplicate_object THEN"
            + " NULL; END $$; ALTER DATABASE "
            + database
            + " OWNER TO plain; ALTER SCHEMA fram OWNER TO plain;"
            + " DO $$ DECLARE t text; BEGIN FOR t IN SELECT relname FROM pg_class WHERE relnamespace"
            + " = 'fram'::regnamespace AND relkind = 'r' LOOP EXECUTE format('ALTER TABLE fram.%I"
            + " OWNER TO plain', t); END LOOP; END $$");
  }

  private static Connector plain(Pair pair) {
    return new Connector(
        new Endpoint(
            "postgresql",
            pair.targetServer().host(),
            pair.targetServer().port(),
            "plain",
            pair.database(),
            Map.of(),
            Optional.of(new Secret("p"))),
        "target");
  }
}
