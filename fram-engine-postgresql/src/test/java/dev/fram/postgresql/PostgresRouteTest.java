// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.change.Position;
import dev.fram.api.engine.HandOver;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.engine.WriteGate;
import dev.fram.api.model.Table;
import dev.fram.postgresql.apply.Servers;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A whole migration through the engine's interfaces, under writers. */
class PostgresRouteTest {
  static final String SHOP =
      """
      CREATE TABLE account (id bigint PRIMARY KEY, owner text NOT NULL, balance numeric NOT NULL,
        doubled numeric GENERATED ALWAYS AS (balance * 2) STORED);
      CREATE TABLE entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account bigint
        REFERENCES account, amount numeric, noted timestamptz DEFAULT now(), note jsonb);
      CREATE TABLE part (id int, region text, v text, PRIMARY KEY (id, region))
        PARTITION BY LIST (region);
      CREATE TABLE part_n PARTITION OF part FOR VALUES IN ('n');
      CREATE TABLE part_s PARTITION OF part FOR VALUES IN ('s');
      CREATE UNLOGGED TABLE cache (k text PRIMARY KEY, v text);
      INSERT INTO account SELECT i, 'owner ' || i, 100 FROM generate_series(1, 200) i;
      INSERT INTO entry (account, amount, note)
        SELECT 1 + i % 200, i, jsonb_build_object('i', i) FROM generate_series(1, 20000) i;
      INSERT INTO part SELECT i, CASE i % 2 WHEN 0 THEN 'n' ELSE 's' END, repeat('x', i % 90)
        FROM generate_series(1, 3000) i;
      INSERT INTO cache SELECT i::text, 'v' FROM generate_series(1, 100) i;
      """;

  @ParameterizedTest
  @EnumSource(
      value = PostgresVersion.class,
      names = {"V15", "V18"})
  void aWholeMigrationUnderWriters(PostgresVersion version) throws Exception {
    PostgresServer server = Servers.of(version);
    try (RouteRig rig = new RouteRig(server, server, SHOP);
        Writers writers = new Writers(server, rig.sourceDatabase, 6)) {
      writers.start();
      List<Table> tables = rig.prepare();
      rig.copy(tables, 200_000);
      rig.buildIndexes(tables);
      rig.follow(rig.route.source().mark());
      rig.route.schema().addConstraints(rig.lease.epoch(), line -> {});
      rig.route.schema().prepareFinish(rig.lease.epoch());
      assertThatThrownBy(() -> RouteRig.run(rig.onTarget, "DELETE FROM account"))
          .isInstanceOf(SQLException.class)
          .extracting(e -> ((SQLException) e).getSQLState())
          .isEqualTo("25006");
      try (WriteGate gate = rig.route.source().gate(tables, Duration.ofSeconds(30))) {
        closeWithin(gate, 50);
        Position frozenAt = gate.frozenAt();
        rig.follow(frozenAt);
        rig.route.schema().finish(rig.lease.epoch());
        try (var copier = rig.route.copier(rig.lease.epoch())) {
          tables.stream()
              .filter(t -> t.transfer() == Table.Transfer.COPY_AT_CUTOVER)
              .forEach(t -> copier.copyWhole(t.id()));
        }
        sameDigests(rig, tables);
        assertThat(gate.handOver(rig.lease.epoch(), frozenAt)).isEqualTo(StepOutcome.DONE);
      }
      writers.stop();
      assertThat(writers.refusals()).isPositive();
      assertThat(writers.surprises()).isEmpty();
      assertThat(rig.route.source().handOver()).isInstanceOf(HandOver.HandedOver.class);
      sameDigests(rig, tables);
      RouteRig.run(rig.onSource, "SELECT lo_from_bytea(4711, 'late')");
      rig.route.target().open(rig.lease.epoch());
      assertThat(RouteRig.text(rig.onTarget, "SELECT convert_from(lo_get(4711), 'UTF8')"))
          .isEqualTo("late");
      // Asked again by a run that does not know: what the application has written since stays.
      RouteRig.run(rig.onTarget, "SELECT lo_from_bytea(4712, 'new')");
      rig.route.target().open(rig.lease.epoch());
      assertThat(RouteRig.text(rig.onTarget, "SELECT convert_from(lo_get(4712), 'UTF8')"))
          .isEqualTo("new");
      RouteRig.run(rig.onTarget, "UPDATE account SET balance = 0 WHERE id = 1");
      rig.lease.close();
      rig.route.target().removeTraces();
      assertThat(
              RouteRig.text(
                  rig.onTarget, "SELECT count(*) FROM pg_namespace WHERE nspname = 'fram'"))
          .isEqualTo("0");
    }
  }

  static void closeWithin(WriteGate gate, int attempts) {
    for (int i = 0; i < attempts; i++) {
      if (gate.close(Duration.ofMillis(800)) instanceof WriteGate.Attempt.Closed) {
        return;
      }
    }
    throw new AssertionError("the gate did not close: " + gate.blockers());
  }

  static void sameDigests(RouteRig rig, List<Table> tables) {
    for (Table table : tables) {
      if (table.transfer() != Table.Transfer.DEFINITION_ONLY) {
        assertThat(rig.route.target().digest(table.id()))
            .as(table.id().toString())
            .isEqualTo(rig.route.source().digest(table.id()));
      }
    }
  }
}
