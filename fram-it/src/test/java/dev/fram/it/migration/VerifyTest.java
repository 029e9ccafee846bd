// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.Answer;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.workload.SwitchableProvider;
import dev.fram.testkit.workload.Workload;
import dev.fram.testkit.workload.WorkloadOptions;
import dev.fram.testkit.workload.WorkloadSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Real servers are compared while an application writes to every table of the workload: what is
 * only being written is never called different; what somebody changed on the target is named, and
 * keeps the cutover away until it is put right.
 */
class VerifyTest {
  private static final int ROUNDS = Integer.getInteger("fram.verify.rounds", 3);

  /** Two tables that nobody writes to, one of them without a key and with equal rows. */
  private static final List<String> QUIET =
      List.of(
          "CREATE TABLE app.quiet (id int PRIMARY KEY, note varchar(40), n int)",
          "INSERT INTO app.quiet SELECT value, 'as it was', value FROM app.numbers",
          "CREATE TABLE app.loose (a int, b varchar(40))",
          "INSERT INTO app.loose SELECT value % 5, 'twice' FROM app.numbers");

  private static final List<String> DRIFT =
      List.of(
          "UPDATE app.quiet SET note = 'as it was ' WHERE id = 7",
          "UPDATE app.quiet SET n = NULL WHERE id = 8",
          "DELETE FROM app.quiet WHERE id = 9",
          "INSERT INTO app.quiet VALUES (-1, 'more', 0)",
          "INSERT INTO app.loose VALUES (3, 'twice')");

  /**
   * What a repair could do wrong: rows that have swapped a unique value, computed columns, rows of
   * another table that a foreign key would delete, or a trigger change.
   */
  private static final List<String> SWAPPED =
      List.of(
          "UPDATE app.coded SET code = -1 WHERE id = 1",
          "UPDATE app.coded SET code = 10 WHERE id = 2",
          "UPDATE app.coded SET code = 20 WHERE id = 1");

  private static final List<String> KIN =
      List.of(
          "CREATE TABLE app.kin (id int PRIMARY KEY, parent int,"
              + " FOREIGN KEY (parent) REFERENCES app.coded (id) ON DELETE CASCADE)",
          "INSERT INTO app.kin SELECT value, value FROM app.numbers");

  @Test
  void ofPostgres() throws Exception {
    ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);
    String database = pair.freshDatabase("verify");
    try (Connection source = pair.source().connect(database)) {
      WorkloadSchema.create(source, 2_000);
      run(
          source,
          List.of(
              "CREATE TABLE app.numbers (value int PRIMARY KEY)",
              "INSERT INTO app.numbers SELECT generate_series(1, 100)"));
      run(source, QUIET);
      run(
          source,
          List.of(
              "ALTER TABLE app.loose REPLICA IDENTITY FULL",
              "CREATE TABLE app.coded (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
                  + " code int UNIQUE, twice int GENERATED ALWAYS AS (code * 2) STORED,"
                  + " \"Odd,name\" numeric[], doc jsonb)",
              "INSERT INTO app.coded (code, \"Odd,name\", doc)"
                  + " SELECT value * 10, ARRAY[value, NULL], '{\"a\": [1.50, null]}'"
                  + " FROM app.numbers"));
      run(source, KIN);
    }
    SwitchableProvider application = new SwitchableProvider(pair.sourceEndpoint(database));
    try (Workload workload =
            Workload.start(application, WorkloadOptions.standard().withPrepared(2).withRate(60));
        Move move = new Move(pair, database, comparing())) {
      move.begin().awaitPhase(PhaseName.READY);
      assertEqual(move);
      try (Connection target = pair.target().connect(database)) {
        run(target, List.of("SET fram.writer = '" + move.status().migration() + "'"));
        run(target, List.of("SET session_replication_role = replica"));
        run(target, DRIFT);
        run(target, SWAPPED);
        assertFound(move);
      }
      assertRepaired(move);
      assertCutOver(move);
      assertThat(
              workload.stop().check(new SwitchableProvider(pair.targetEndpoint(database))).clean())
          .isTrue();
    }
    pair.drop(database);
  }

  @ParameterizedTest
  @EnumSource(
      value = MySqlVersion.class,
      names = {"V8_0", "MARIADB_11_4"})
  void ofMySql(MySqlVersion version) throws Exception {
    MySqlPair pair = MySqlPair.of(version, version);
    pair.load(500, Set.of());
    try (Connection root = pair.source().connect("app")) {
      run(
          root,
          List.of(
              "CREATE TABLE app.numbers (value int PRIMARY KEY)",
              "INSERT INTO app.numbers WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1"
                  + " FROM n WHERE i < 100) SELECT i FROM n"));
      run(root, QUIET);
      run(
          root,
          List.of(
              "CREATE TABLE app.coded (id int AUTO_INCREMENT PRIMARY KEY, code int UNIQUE,"
                  + " twice int GENERATED ALWAYS AS (code * 2) STORED, kind enum('a', 'b'),"
                  + " doc json, raw varbinary(20), word varchar(20) CHARACTER SET latin1,"
                  + " at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)"
                  + " ON UPDATE CURRENT_TIMESTAMP(3))",
              "INSERT INTO app.coded (code, kind, doc, raw, word, at) SELECT value * 10, 'b',"
                  + " JSON_OBJECT('d', '2020-01-01'), x'00FF27', _latin1 x'E4DF',"
                  + " '2020-01-01 00:00:00.123' FROM app.numbers"));
      run(root, KIN);
    }
    WorkloadOptions options = WorkloadOptions.standard().withRate(60);
    try (Workload workload = Workload.start(pair.applicationOnSource(), options);
        Move move = new Move(pair, "", comparing())) {
      move.begin().awaitPhase(PhaseName.READY);
      assertEqual(move);
      try (Connection target = MySqlPair.administer(pair.target())) {
        run(target, DRIFT);
        run(target, SWAPPED);
        assertFound(move);
      }
      assertRepaired(move);
      assertCutOver(move);
      assertThat(workload.stop().check(pair.applicationOnTarget()).clean()).isTrue();
    }
  }

  private static void assertEqual(Move move) {
    for (int round = 0; round < ROUNDS; round++) {
      Answer answer = Cutovers.verify(move);
      assertThat(answer.exitCode()).as("round " + round + ": " + answer).isZero();
    }
  }

  private static void assertFound(Move move) {
    Answer found = Cutovers.verify(move);
    assertThat(found.exitCode()).as(found.toString()).isEqualTo(1);
    assertThat(found.details()).hasSize(7);
    assertThat(found.details()).filteredOn(line -> line.startsWith("app.quiet")).hasSize(4);
    assertThat(found.details()).filteredOn(line -> line.endsWith("different in note")).hasSize(1);
    assertThat(found.details())
        .filteredOn(line -> line.startsWith("app.coded") && line.contains("twice"))
        .hasSize(2);
    assertThat(found.details()).filteredOn(line -> line.endsWith("different in n")).hasSize(1);
    assertThat(found.details())
        .filteredOn(line -> line.endsWith("missing on the target"))
        .hasSize(1);
    assertThat(found.details()).filteredOn(line -> line.endsWith("only on the target")).hasSize(2);
    Answer refused = Cutovers.cutOver(move);
    assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
    assertThat(refused.message()).contains("7 rows in 3 tables");
  }

  /** While the application writes on. */
  private static void assertRepaired(Move move) {
    Answer repaired = Cutovers.repair(move);
    assertThat(repaired.exitCode()).as(repaired.toString()).isZero();
    assertThat(repaired.details()).hasSize(7).allMatch(line -> line.startsWith("repaired: app."));
  }

  private static void assertCutOver(Move move) {
    Answer healed = Cutovers.verify(move);
    assertThat(healed.exitCode()).as(healed.toString()).isZero();
    Cutovers.untilDone(move);
    assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
  }

  private static MigrationSettings comparing() {
    MigrationSettings.Verify v = MigrationSettings.defaults().verify();
    return Move.settings(MigrationSettings.Mode.MANUAL)
        .withVerify(
            new MigrationSettings.Verify(
                MigrationSettings.VerifyMode.CONTINUOUS,
                v.jobs(),
                v.share(),
                v.groupBytes(),
                v.again(),
                v.ledgerKeys(),
                v.differences(),
                v.mostRepairs()));
  }

  private static void run(Connection connection, List<String> statements) throws SQLException {
    try (Statement sql = connection.createStatement()) {
      for (String statement : statements) {
        sql.execute(statement);
      }
    }
  }
}
