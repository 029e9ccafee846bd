// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.engine.Retention;
import dev.fram.api.engine.WriteGate;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.postgresql.apply.Servers;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not published is not sent, and the feed does not tell. */
class PublicationTest {
  private static final PostgresServer SERVER = Servers.of(PostgresVersion.V15);
  private static final Duration BUDGET = Duration.ofSeconds(20);
  private static final String DDL =
      "CREATE TABLE t (id int PRIMARY KEY, v text); CREATE TABLE u (id int PRIMARY KEY);"
          + " CREATE UNLOGGED TABLE side (id int PRIMARY KEY);"
          + " CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);"
          + " CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100)";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALTER PUBLICATION %1$s DROP TABLE t",
        "ALTER PUBLICATION %1$s DROP TABLE t; ALTER PUBLICATION %1$s ADD TABLE ONLY t",
        "ALTER PUBLICATION %1$s SET (publish = 'insert')",
        "ALTER PUBLICATION %1$s SET (publish = 'insert'); ALTER PUBLICATION %1$s"
            + " SET (publish = 'insert, update, delete, truncate')",
        "ALTER PUBLICATION %1$s SET TABLE ONLY t WHERE (id > 5), ONLY u, ONLY p1",
        "ALTER PUBLICATION %1$s SET TABLE ONLY t (id), ONLY u, ONLY p1",
        "ALTER PUBLICATION %1$s SET (publish_via_partition_root = true)",
        "ALTER PUBLICATION %1$s ADD TABLES IN SCHEMA public",
        "CREATE TABLE late (id int PRIMARY KEY); ALTER PUBLICATION %1$s ADD TABLE late",
        "DROP PUBLICATION %1$s; CREATE PUBLICATION %1$s FOR TABLE ONLY t, ONLY u, ONLY p1",
        "DROP PUBLICATION %1$s"
      })
  void whoeverTouchesItEndsTheRun(String change) throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, DDL)) {
      List<Table> tables = prepare(rig);
      RouteRig.run(rig.onSource, String.format(change, "\"fram_" + rig.route.id() + "\""));
      Retention retention = rig.route.source().retention();
      assertThat(retention.state()).isEqualTo(Retention.State.LOST);
      assertThat(retention.detail()).contains("publication fram_" + rig.route.id());
      try (WriteGate gate = rig.route.source().gate(tables, BUDGET)) {
        assertThat(gate.blockers().toString()).contains("publication");
        PostgresRouteTest.closeWithin(gate, 50);
        lost(gate::frozenAt);
      }
      lost(() -> rig.route.source().prepareFeed(tables, Optional.of(rig.position), s -> {}));
    }
  }

  @Test
  void whatIsTakenOutIsNamed() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, DDL)) {
      prepare(rig);
      RouteRig.run(rig.onSource, "ALTER PUBLICATION \"fram_" + rig.route.id() + "\" DROP TABLE t");
      assertThat(rig.route.source().retention().detail())
          .contains("table public.t was taken out of it");
    }
  }

  @Test
  void whatTouchesTheTablesOnlyIsNoFault() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, DDL)) {
      List<Table> tables = prepare(rig);
      RouteRig.run(rig.onSource, "VACUUM FULL pg_publication");
      RouteRig.run(rig.onSource, "VACUUM FULL pg_publication_rel");
      RouteRig.run(rig.onSource, "ALTER TABLE t ADD w int; TRUNCATE u; DROP TABLE u");
      assertThat(rig.route.source().retention().state()).isEqualTo(Retention.State.FINE);
      try (WriteGate gate =
          rig.route
              .source()
              .gate(tables.stream().filter(t -> !t.id().name().equals("u")).toList(), BUDGET)) {
        assertThat(gate.blockers()).isEmpty();
      }
    }
  }

  /** Through the root its publication would end here; by itself it does not (ALGORITHMS A4). */
  @Test
  void aPartitionThatIsDetachedStaysPublishedAndIsNoticed() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, DDL)) {
      List<Table> tables = prepare(rig);
      Table leaf =
          tables.stream().filter(t -> t.id().name().equals("p1")).findFirst().orElseThrow();
      rig.copy(tables, 1 << 20);
      rig.buildIndexes(tables);
      var before = rig.route.source().fingerprints().get(leaf.id());
      RouteRig.run(rig.onSource, "INSERT INTO p VALUES (1); ALTER TABLE p DETACH PARTITION p1");
      RouteRig.run(rig.onSource, "INSERT INTO p1 VALUES (2)");
      assertThat(rig.route.source().retention().state()).isEqualTo(Retention.State.FINE);
      rig.follow(rig.route.source().mark());
      PostgresRouteTest.sameDigests(rig, List.of(leaf));
      assertThat(rig.route.source().fingerprints().get(leaf.id()).definition())
          .isNotEqualTo(before.definition());
    }
  }

  private static List<Table> prepare(RouteRig rig) {
    List<Table> tables = rig.prepare();
    assertThat(rig.route.source().retention().state()).isEqualTo(Retention.State.FINE);
    return tables;
  }

  private static void lost(Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            FramException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.LOG_LOST);
              assertThat(e.seen()).contains("publication");
            });
  }
}
