// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.change.Position;
import dev.fram.api.engine.HandOver;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.engine.WriteGate;
import dev.fram.api.model.Table;
import dev.fram.postgresql.apply.Servers;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The write gate (ALGORITHMS E1, E4). */
class GateTest {
  private static final PostgresServer SERVER = Servers.of(PostgresVersion.V15);
  private static final Duration LOCK = Duration.ofMillis(800);
  private static final Duration BUDGET = Duration.ofSeconds(20);

  @ParameterizedTest
  @EnumSource(
      value = PostgresVersion.class,
      names = {"V15", "V18"})
  void nothingIsWrittenAfterTheFreezeAndNobodyDeadlocks(PostgresVersion version) throws Exception {
    PostgresServer server = Servers.of(version);
    try (RouteRig rig = new RouteRig(server, server, PostgresRouteTest.SHOP);
        Writers writers = new Writers(server, rig.sourceDatabase, 8)) {
      List<Table> tables = rig.route.source().tables();
      rig.position = rig.route.source().prepareFeed(tables, Optional.empty(), line -> {});
      writers.start();
      await().until(() -> writers.commits() > 50);
      Position frozenAt;
      try (WriteGate gate = rig.route.source().gate(tables, BUDGET)) {
        PostgresRouteTest.closeWithin(gate, 50);
        frozenAt = gate.frozenAt();
        assertThat(gate.handOver(rig.lease.epoch(), frozenAt)).isEqualTo(StepOutcome.DONE);
      }
      await().until(() -> writers.refusals() > 200);
      writers.stop();
      assertThat(writers.surprises()).isEmpty();
      Position end = rig.route.source().mark();
      assertThat(RouteRig.transactionsAfter(rig.route, rig.position, frozenAt, end)).isZero();
      assertThat(rig.route.source().handOver())
          .isInstanceOfSatisfying(
              HandOver.HandedOver.class,
              given -> assertThat(given.frozenAt().text()).isEqualTo(frozenAt.text()));
      // A partition cannot be written through its parent, nor by itself.
      assertThat(refused(rig.onSource, "INSERT INTO part_n VALUES (1000000, 'n', 'v')")).isTrue();
      assertThat(refused(rig.onSource, "TRUNCATE cache")).isTrue();
      rig.route.source().removeTraces();
      assertThat(refused(rig.onSource, "DELETE FROM account")).isTrue();
      assertThat(rig.route.source().handOver()).isInstanceOf(HandOver.HandedOver.class);
    }
  }

  @Test
  void whoeverHoldsOnIsNamedAndNotHurt() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, "CREATE TABLE t (id int PRIMARY KEY)");
        Connection app = SERVER.connect(rig.sourceDatabase);
        WriteGate gate = rig.route.source().gate(rig.route.source().tables(), BUDGET)) {
      app.setAutoCommit(false);
      RouteRig.run(app, "SET application_name = 'till'; INSERT INTO t VALUES (1)");
      assertThat(gate.close(Duration.ofMillis(100)))
          .isInstanceOfSatisfying(
              WriteGate.Attempt.Busy.class,
              busy -> assertThat(busy.blockers().toString()).contains("till", "RowExclusiveLock"));
      RouteRig.run(app, "INSERT INTO t VALUES (2)");
      app.commit();
      assertThat(gate.close(LOCK)).isInstanceOf(WriteGate.Attempt.Closed.class);
      gate.release();
      RouteRig.run(app, "INSERT INTO t VALUES (3)");
      app.commit();
    }
  }

  @Test
  void whenTheSessionDiesTheSourceServesOn() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, "CREATE TABLE t (id int PRIMARY KEY)");
        WriteGate gate = rig.route.source().gate(rig.prepare(), BUDGET)) {
      assertThat(gate.close(LOCK)).isInstanceOf(WriteGate.Attempt.Closed.class);
      Position frozenAt = gate.frozenAt();
      RouteRig.run(
          rig.onSource,
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE application_name = 'fram gate' AND datname = current_database()");
      assertThat(gate.handOver(1, frozenAt)).isEqualTo(StepOutcome.NOT_DONE);
      RouteRig.run(rig.onSource, "INSERT INTO t VALUES (1)");
      assertThat(rig.route.source().handOver()).isInstanceOf(HandOver.OwnerSource.class);
      rig.route.source().removeTraces();
      assertThat(
              RouteRig.text(
                  rig.onSource, "SELECT count(*) FROM pg_namespace WHERE nspname = 'fram'"))
          .isEqualTo("0");
    }
  }

  @Test
  void theServerItselfOpensAGateThatIsHeldTooLong() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, "CREATE TABLE t (id int PRIMARY KEY)");
        WriteGate gate =
            rig.route.source().gate(rig.route.source().tables(), Duration.ofMillis(500))) {
      assertThat(gate.close(LOCK)).isInstanceOf(WriteGate.Attempt.Closed.class);
      RouteRig.run(rig.onSource, "SET lock_timeout = '10s'; INSERT INTO t VALUES (1)");
      assertThat(gate.handOver(1, rig.route.source().mark())).isEqualTo(StepOutcome.NOT_DONE);
    }
  }

  /**
   * An autovacuum holds a lock that is in the way, for minutes, and gives it up as soon as a waiter
   * has looked for deadlocks: the gate looks early, and nobody is told to wait for it.
   */
  @ParameterizedTest
  @EnumSource(
      value = PostgresVersion.class,
      names = {"V15", "V18"})
  void anAutovacuumGivesWay(PostgresVersion version) throws SQLException {
    try (PostgresServer server = slowAutovacuum(version);
        RouteRig rig =
            new RouteRig(server, Servers.of(version), "CREATE TABLE t (id int PRIMARY KEY)");
        WriteGate gate = rig.route.source().gate(rig.prepare(), Duration.ofSeconds(20))) {
      RouteRig.run(
          rig.onSource,
          "INSERT INTO t SELECT generate_series(1, 200000); DELETE FROM t WHERE id % 2 = 0");
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() ->
              RouteRig.text(
                      rig.onSource,
                      "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                          + " WHERE a.backend_type = 'autovacuum worker' AND l.granted"
                          + " AND l.relation = 't'::regclass"
                          + " AND l.mode = 'ShareUpdateExclusiveLock'"
                          + " AND a.xact_start < clock_timestamp() - interval '2 s'")
                  .equals("1"));
      assertThat(gate.blockers()).as("nobody a person would have to wait for").isEmpty();
      assertThat(gate.close(LOCK)).isInstanceOf(WriteGate.Attempt.Closed.class);
    }
  }

  private static PostgresServer slowAutovacuum(PostgresVersion version) {
    return PostgresServer.plan(version)
        .setting("autovacuum", "on")
        .setting("autovacuum_naptime", "1s")
        .setting("autovacuum_vacuum_scale_factor", "0")
        .setting("autovacuum_vacuum_cost_delay", "100ms")
        .setting("autovacuum_vacuum_cost_limit", "1")
        .start();
  }

  /** No guard is there to be met, only the register: its answer alone must not pass for "no". */
  @Test
  void aHandOverThatAnotherRunHasCommittedIsNotCalledUndone() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, "SELECT 1");
        WriteGate first = rig.route.source().gate(rig.prepare(), BUDGET);
        WriteGate second = rig.route.source().gate(List.of(), BUDGET)) {
      PostgresRouteTest.closeWithin(first, 20);
      Position frozenAt = first.frozenAt();
      assertThat(first.handOver(2, frozenAt)).isEqualTo(StepOutcome.DONE);
      PostgresRouteTest.closeWithin(second, 20);
      assertThat(second.handOver(2, frozenAt)).isEqualTo(StepOutcome.UNKNOWN);
      assertThat(rig.route.source().handOver()).isInstanceOf(HandOver.HandedOver.class);
    }
  }

  /** A run that was overtaken may not hand over, and finds the source still serving. */
  @Test
  void anEarlierEpochMayNotHandOver() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, "CREATE TABLE t (id int PRIMARY KEY)");
        WriteGate gate = rig.route.source().gate(rig.prepare(), BUDGET)) {
      RouteRig.run(rig.onSource, "UPDATE fram.handover SET epoch = 7");
      PostgresRouteTest.closeWithin(gate, 20);
      assertThat(gate.handOver(6, gate.frozenAt())).isNotEqualTo(StepOutcome.DONE);
      assertThat(rig.route.source().handOver()).isInstanceOf(HandOver.OwnerSource.class);
      RouteRig.run(rig.onSource, "INSERT INTO t VALUES (1)");
    }
  }

  @Test
  void largeObjectsStandStillBehindTheGate() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, "CREATE TABLE t (id int PRIMARY KEY)");
        Connection app = SERVER.connect(rig.sourceDatabase);
        WriteGate gate = rig.route.source().gate(rig.prepare(), BUDGET)) {
      app.setAutoCommit(false);
      RouteRig.run(app, "SET application_name = 'archive'; SELECT lo_from_bytea(0, 'x')");
      assertThat(gate.close(Duration.ofMillis(100)))
          .isInstanceOfSatisfying(
              WriteGate.Attempt.Busy.class,
              busy -> assertThat(busy.blockers().toString()).contains("archive"));
      app.commit();
      assertThat(gate.close(LOCK)).isInstanceOf(WriteGate.Attempt.Closed.class);
      RouteRig.run(app, "SET lock_timeout = '300ms'");
      assertThat(state(app, "SELECT lo_create(0)")).isEqualTo("55P03");
      app.rollback();
      gate.release();
      RouteRig.run(app, "SELECT lo_create(0)");
      app.commit();
    }
  }

  @Test
  void whoeverCreatesATableBehindTheGateStopsTheHandOver() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, "CREATE TABLE t (id int PRIMARY KEY)");
        WriteGate gate = rig.route.source().gate(rig.prepare(), BUDGET)) {
      PostgresRouteTest.closeWithin(gate, 50);
      Position frozenAt = gate.frozenAt();
      RouteRig.run(rig.onSource, "CREATE TABLE late (id int); INSERT INTO late VALUES (1)");
      assertThat(gate.handOver(rig.lease.epoch(), frozenAt)).isEqualTo(StepOutcome.NOT_DONE);
      assertThat(rig.route.source().handOver()).isInstanceOf(HandOver.OwnerSource.class);
      RouteRig.run(rig.onSource, "INSERT INTO t VALUES (1)");
    }
  }

  private static String state(Connection connection, String sql) {
    try {
      RouteRig.run(connection, sql);
      return "";
    } catch (SQLException e) {
      return String.valueOf(e.getSQLState());
    }
  }

  /** A statement on a parent that is out of scope fires no statement trigger of its children. */
  @Test
  void aChildIsNotWrittenThroughAParentThatStaysOpen() throws SQLException {
    String ddl =
        "CREATE TABLE parent (id int PRIMARY KEY, v text); INSERT INTO parent VALUES (1, 'x');"
            + " CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent);"
            + " INSERT INTO child VALUES (2, 'x')";
    try (RouteRig rig = new RouteRig(SERVER, SERVER, ddl)) {
      List<Table> child =
          rig.prepare().stream().filter(t -> t.id().name().equals("child")).toList();
      try (WriteGate gate = rig.route.source().gate(child, BUDGET)) {
        PostgresRouteTest.closeWithin(gate, 20);
        assertThat(gate.handOver(1, gate.frozenAt())).isEqualTo(StepOutcome.DONE);
      }
      assertThat(refused(rig.onSource, "UPDATE parent SET v = 'y'")).isTrue();
      assertThat(refused(rig.onSource, "DELETE FROM parent WHERE id = 2")).isTrue();
      RouteRig.run(rig.onSource, "UPDATE ONLY parent SET v = 'y'");
    }
  }

  private static boolean refused(Connection connection, String sql) {
    try {
      RouteRig.run(connection, sql);
      return false;
    } catch (SQLException e) {
      return "25006".equals(e.getSQLState());
    }
  }
}
