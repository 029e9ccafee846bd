// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.check.Check;
import dev.fram.api.check.Finding;
import dev.fram.api.check.Finding.Severity;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.SchemaOption;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.Secret;
import dev.fram.api.model.TableOptions;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.schema.Pair;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresChecksTest {

  @ParameterizedTest
  @ValueSource(strings = {"15-15", "15-18", "18-18"})
  void goodServersPass(String versions) throws SQLException {
    try (Pair pair = Pair.of(versions)) {
      pair.source("CREATE TABLE \"T; \"\"x\" (id int PRIMARY KEY, v text)");
      List<Finding> findings = run(pair.source(), pair.target(), Scope.all());
      List<Finding> back = runBack(pair.target(), pair.source());
      assertThat(findings).noneMatch(finding -> finding.severity() == Severity.FAIL);
      assertThat(back).noneMatch(finding -> finding.severity() == Severity.FAIL);
      assertThat(codes(findings, back)).containsExactlyElementsOf(askedAlways());
      assertThat(findings)
          .filteredOn(finding -> finding.severity() == Severity.WARN)
          .allMatch(finding -> !finding.remedy().isEmpty());
      String sessions =
          "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'fram check'"
              + " AND datname = current_database()";
      await().until(() -> pair.sourceValue(sessions).equals("0"));
      await().until(() -> pair.targetValue(sessions).equals("0"));
    }
  }

  @Test
  void aSchemaFramOfTheUsersIsNeverLeftOutInSilence() throws SQLException {
    try (Pair pair = Pair.of("15-15")) {
      pair.source(
          "CREATE TABLE t (id int PRIMARY KEY); CREATE SCHEMA fram;"
              + " CREATE TABLE fram.status (id int PRIMARY KEY); CREATE PUBLICATION fram_old");
      pair.target("CREATE FUNCTION fram.f() RETURNS int RETURN 1");
      List<Finding> findings = run(pair.source(), pair.target(), Scope.all());
      assertThat(of(findings, "own-schema"))
          .hasSize(2)
          .allMatch(f -> f.severity() == Severity.FAIL)
          .anyMatch(f -> f.seen().contains("source") && f.seen().contains("relation status"))
          .anyMatch(f -> f.seen().contains("target") && f.seen().contains("function f"));
      assertThat(of(findings, "leftovers"))
          .singleElement()
          .matches(f -> f.seen().contains("fram_old") && !f.seen().contains("schema fram"));
    }
  }

  @Test
  void whatFramItselfHasLeftInItsSchemaIsNobodyElses() throws SQLException {
    try (Pair pair = Pair.of("15-15")) {
      pair.source(
          "CREATE TABLE t (id int PRIMARY KEY); CREATE SCHEMA fram; CREATE TABLE fram.handover ("
              + " id text PRIMARY KEY, state text, epoch bigint, frozen_at pg_lsn);"
              + " CREATE FUNCTION fram.handed_over() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'");
      List<Finding> findings = run(pair.source(), pair.target(), Scope.all());
      assertThat(of(findings, "own-schema")).allMatch(f -> f.severity() == Severity.PASS);
      assertThat(of(findings, "leftovers")).allMatch(f -> f.seen().contains("schema fram"));
    }
  }

  @Test
  void namesWithDotsAreOrdinary() throws SQLException {
    try (Pair pair = Pair.of("15-15")) {
      pair.source(
          "CREATE SCHEMA \"s.foo\"; CREATE TABLE \"s.foo\".t (id int PRIMARY KEY);"
              + " ALTER TABLE \"s.foo\".t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
              + " CREATE SCHEMA s; CREATE TABLE s.\"foo.u\" (id int PRIMARY KEY);"
              + " ALTER TABLE s.\"foo.u\" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
              + " CREATE ROLE dots_reader LOGIN PASSWORD 'x'");
      try {
        Endpoint own = pair.source().endpoint();
        Connector reader =
            new Connector(
                new Endpoint(
                    own.scheme(),
                    own.host(),
                    own.port(),
                    "dots_reader",
                    own.database(),
                    Map.of(),
                    Optional.of(new Secret("x"))),
                "source");
        List<Finding> findings = run(reader, pair.target(), new Scope(List.of(), List.of("s.*")));
        assertThat(of(findings, "table-owner"))
            .singleElement()
            .matches(f -> f.seen().contains("s.foo.t") && !f.seen().contains("foo.u"));
      } finally {
        pair.source("DROP ROLE dots_reader");
      }
    }
  }

  @Test
  void whatIsWrongWithTablesIsNamedWithItsRemedy() throws SQLException {
    try (Pair pair = Pair.of("15-18")) {
      pair.source(
          """
          CREATE TABLE no_key (a int);
          CREATE TABLE "Late; Key" (a int CONSTRAINT k PRIMARY KEY DEFERRABLE);
          CREATE TABLE has_candidate (a int NOT NULL, CONSTRAINT u UNIQUE (a));
          CREATE TABLE whole (a int); ALTER TABLE whole REPLICA IDENTITY FULL;
          CREATE UNLOGGED TABLE scratch (a int);
          CREATE EXTENSION postgres_fdw;
          CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw;
          CREATE FOREIGN TABLE far (a int) SERVER s;
          SELECT lo_from_bytea(0, 'x');
          CREATE PUBLICATION fram_old; CREATE PUBLICATION theirs;
          CREATE SCHEMA fram;
          CREATE TABLE parent (a int PRIMARY KEY) PARTITION BY LIST (a);
          CREATE TABLE child PARTITION OF parent DEFAULT;
          CREATE FUNCTION et() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
          CREATE EVENT TRIGGER et ON sql_drop EXECUTE FUNCTION et();
          """);
      pair.source("BEGIN; INSERT INTO whole VALUES (1); PREPARE TRANSACTION 'gid; 1'");
      pair.target("CREATE TABLE no_key (a int)");
      List<Finding> findings;
      try {
        findings = run(pair.source(), pair.target(), Scope.all());
      } finally {
        pair.source("ROLLBACK PREPARED 'gid; 1'");
      }
      assertThat(of(findings, "replica-identity"))
          .anyMatch(f -> f.seen().contains("public.no_key") && f.remedy().contains("FULL"))
          .anyMatch(f -> f.seen().contains("public.Late; Key"))
          .anyMatch(
              f -> f.severity() == Severity.INFO && f.seen().contains("public.has_candidate (u)"))
          .anyMatch(f -> f.severity() == Severity.INFO && f.seen().contains("public.whole"))
          .noneMatch(f -> f.seen().contains("scratch"));
      assertThat(one(findings, "unlogged-tables").seen()).contains("public.scratch");
      assertThat(one(findings, "foreign-tables").seen()).contains("public.far");
      assertThat(one(findings, "large-objects").seen()).contains("1 large objects");
      assertThat(one(findings, "prepared-transactions").seen()).contains("gid; 1");
      assertThat(one(findings, "leftovers").seen()).contains("fram_old").contains("schema fram");
      assertThat(one(findings, "other-consumers").seen()).contains("publication theirs");
      assertThat(one(findings, "event-triggers").severity()).isEqualTo(Severity.INFO);
      assertThat(one(findings, "target-content").severity()).isEqualTo(Severity.FAIL);
      assertThat(of(findings, "scope")).allMatch(f -> f.severity() == Severity.INFO);
      Scope torn = new Scope(List.of("public.child"), List.of());
      assertThat(one(run(pair.source(), pair.target(), torn), "scope").seen())
          .contains("public.child without public.parent");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"15-15", "18-18"})
  void aWeakLoginIsToldWhatItLacks(String versions) throws SQLException {
    try (Pair pair = Pair.of(versions)) {
      String role =
          "DO $$ BEGIN CREATE ROLE weak LOGIN PASSWORD 'w'; EXCEPTION WHEN duplicate_object"
              + " THEN NULL; END $$;";
      pair.source(
          role
              + "CREATE SCHEMA hidden; CREATE TABLE hidden.t (a int PRIMARY KEY);"
              + " CREATE TABLE public.secured (a int PRIMARY KEY);"
              + " ALTER TABLE public.secured ENABLE ROW LEVEL SECURITY;"
              + " GRANT SELECT ON public.secured TO weak;"
              + " CREATE TABLE public.owned (a int PRIMARY KEY); ALTER TABLE public.owned OWNER TO"
              + " weak;"
              + " DO $$ BEGIN CREATE ROLE only_here; EXCEPTION WHEN duplicate_object THEN NULL; END"
              + " $$;"
              + " GRANT SELECT ON public.owned TO only_here;");
      pair.target(role);
      List<Finding> findings =
          run(
              weak(pair.sourceServer(), pair, "source"),
              weak(pair.targetServer(), pair, "target"),
              Scope.all());
      assertThat(failed(findings))
          .contains(
              "replication-login",
              "read-privilege",
              "row-security",
              "source-create",
              "table-owner",
              "target-create",
              "roles");
      assertThat(one(findings, "read-privilege").seen()).contains("hidden.t");
      assertThat(one(findings, "table-owner").seen())
          .contains("public.secured")
          .doesNotContain("public.owned");
      assertThat(one(findings, "session-replication-role").severity()).isEqualTo(Severity.WARN);
    }
  }

  @Test
  void settingsAreReadFromTheServer() throws SQLException {
    try (PostgresServer server =
            PostgresServer.plan(PostgresVersion.V18)
                .setting("wal_level", "replica")
                .setting("max_replication_slots", "1")
                .setting("max_wal_senders", "1")
                .setting("max_slot_wal_keep_size", "64MB")
                .setting("wal_sender_timeout", "2s")
                .setting("idle_replication_slot_timeout", "60s")
                .setting("max_locks_per_transaction", "10")
                .setting("max_prepared_transactions", "0")
                .setting("max_connections", "10")
                .start();
        Pair pair = Pair.of("15-15")) {
      server.execute("postgres", "SELECT pg_create_physical_replication_slot('other')");
      server.execute(
          "postgres",
          "DO $$ BEGIN FOR i IN 1..150 LOOP EXECUTE 'CREATE TABLE t' || i || ' (a int PRIMARY KEY)';"
              + " END LOOP; END $$");
      Connector source = new Connector(server.endpoint("postgres"), "source");
      List<Finding> findings = run(source, pair.target(), Scope.all());
      assertThat(failed(findings))
          .contains("version", "wal-level", "replication-slots", "max-locks-per-transaction");
      assertThat(one(findings, "wal-level").seen()).contains("\"replica\"");
      assertThat(one(findings, "max-slot-wal-keep-size").severity()).isEqualTo(Severity.WARN);
      assertThat(one(findings, "wal-sender-timeout").severity()).isEqualTo(Severity.WARN);
      assertThat(one(findings, "idle-replication-slot-timeout").severity())
          .isEqualTo(Severity.WARN);
      assertThat(failed(run(source, source, Scope.all()))).contains("different-servers");
    }
  }

  @Test
  void aStandbyIsRefused() throws SQLException {
    try (PostgresServer primary = PostgresServer.plan(PostgresVersion.V18).start();
        PostgresServer standby = PostgresServer.standbyOf(primary);
        Pair pair = Pair.of("18-18")) {
      Connector source = new Connector(standby.endpoint("postgres"), "source");
      List<Finding> findings = run(source, pair.target(), Scope.all());
      assertThat(one(findings, "primary").seen()).contains("standby");
      assertThat(codes(findings, runBack(pair.target(), source)))
          .containsExactlyElementsOf(askedAlways());
    }
  }

  @Test
  void anUnreachableServerIsAnAnswerNotACrash() throws SQLException {
    try (Pair pair = Pair.of("18-18")) {
      Endpoint nobody =
          new Endpoint("postgresql", "127.0.0.1", 1, "u", "d", Map.of(), Optional.empty());
      List<Finding> findings = run(new Connector(nobody, "source"), pair.target(), Scope.all());
      assertThat(one(findings, "wal-level").severity()).isEqualTo(Severity.FAIL);
      assertThat(one(findings, "wal-level").remedy()).contains("Check host");
    }
  }

  @Test
  void versionsOfExtensionsAreComparedByNumber() {
    assertThat(ExtensionsCheck.compare("1.10", "1.9")).isPositive();
    assertThat(ExtensionsCheck.compare("3.4.0dev", "3.4.0")).isZero();
    assertThat(ExtensionsCheck.compare("1.3", "1.4")).isNegative();
  }

  private static List<Finding> run(Connector source, Connector target, Scope scope) {
    return PostgresChecks.of(
            source,
            target,
            new RouteRequest(source.endpoint(), target.endpoint(), scope, Set.of()),
            Set.of())
        .stream()
        .map(Check::run)
        .flatMap(List::stream)
        .toList();
  }

  private static List<Finding> runBack(Connector served, Connector former) {
    return PostgresChecks.back(
            served, former, Scope.all(), Set.<SchemaOption>of(), TableOptions.none())
        .stream()
        .map(Check::run)
        .flatMap(List::stream)
        .toList();
  }

  private static List<String> codes(List<Finding> findings, List<Finding> back) {
    return Stream.concat(findings.stream(), back.stream()).map(Finding::code).distinct().toList();
  }

  /** Without what is asked with --feed=native or --copy=base-backup only. */
  private static List<String> askedAlways() {
    return PostgresChecks.catalogue().keySet().stream()
        .filter(code -> !Set.of("native-subscription", "base-backup").contains(code))
        .toList();
  }

  private static List<Finding> of(List<Finding> findings, String code) {
    return findings.stream().filter(finding -> finding.code().equals(code)).toList();
  }

  private static Finding one(List<Finding> findings, String code) {
    assertThat(of(findings, code)).hasSize(1);
    return of(findings, code).get(0);
  }

  private static List<String> failed(List<Finding> findings) {
    return findings.stream()
        .filter(finding -> finding.severity() == Severity.FAIL)
        .map(Finding::code)
        .toList();
  }

  private static Connector weak(PostgresServer server, Pair pair, String role) {
    return new Connector(
        new Endpoint(
            "postgresql",
            server.host(),
            server.port(),
            "weak",
            pair.database(),
            Map.of(),
            Optional.of(new Secret("w"))),
        role);
  }
}
