// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.change.Position;
import dev.fram.api.engine.HandOver;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.engine.WriteGate;
import dev.fram.api.model.Scope;
import dev.fram.postgresql.apply.Servers;
import dev.fram.testkit.fault.Flow;
import dev.fram.testkit.fault.TcpProxy;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The network to the source is cut at every few bytes of the hand-over (ALGORITHMS I.49, E4 step
 * 8): the gate's answer is never wrong. Where it does not know, it says so, and the register does.
 */
class GateCutTest {
  private static final Duration LOCK = Duration.ofMillis(800);
  private static final Duration BUDGET = Duration.ofSeconds(20);

  /** Between two cuts, and where the commit and its answer are on their way. */
  private static final int STEP = Integer.getInteger("fram.gate.step", 53);

  private static final int COMMIT_STEP = 11;
  private static final int COMMIT = 120;

  /** The last bytes of a hand-over: guards, register and commit; before them it only reads. */
  private static final int LAST = 1_500;

  private static final int UNCUT = Integer.MAX_VALUE;

  private record Answer(StepOutcome outcome, HandOver truth, int bytes) {}

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void anAnswerIsNeverWrongAndTheRegisterKnows(PostgresVersion version) throws Exception {
    PostgresServer server = Servers.of(version);
    Map<Flow, Set<StepOutcome>> seen = new EnumMap<>(Flow.class);
    int unheard = 0;
    try (RouteRig rig = new RouteRig(server, server, "CREATE TABLE t (id int PRIMARY KEY)");
        TcpProxy proxy = TcpProxy.to("127.0.0.1", server.port())) {
      rig.prepare();
      for (Flow flow : Flow.values()) {
        Set<StepOutcome> outcomes = EnumSet.noneOf(StepOutcome.class);
        int whole = handOver(rig, proxy, flow, UNCUT).bytes();
        takeBack(rig);
        int first = Math.max(0, whole - LAST);
        for (int bytes = first;
            !outcomes.contains(StepOutcome.DONE);
            bytes += whole - bytes < COMMIT ? COMMIT_STEP : STEP) {
          assertThat(bytes).as("bytes until it is done").isLessThan(whole + LAST);
          Answer answer = handOver(rig, proxy, flow, bytes);
          outcomes.add(answer.outcome());
          boolean given = answer.truth() instanceof HandOver.HandedOver;
          switch (answer.outcome()) {
            case DONE -> assertThat(given).isTrue();
            case NOT_DONE -> assertThat(given).isFalse();
            case UNKNOWN -> unheard += given ? 1 : 0;
          }
          assertThat(writable(rig)).as("the source's tables").isEqualTo(!given);
          takeBack(rig);
        }
        seen.put(flow, outcomes);
      }
    }
    assertThat(seen.get(Flow.REQUESTS))
        .contains(StepOutcome.NOT_DONE, StepOutcome.UNKNOWN, StepOutcome.DONE);
    assertThat(seen.get(Flow.ANSWERS)).contains(StepOutcome.UNKNOWN, StepOutcome.DONE);
    assertThat(unheard).as("hand-overs that were done and whose answer was lost").isPositive();
  }

  private static Answer handOver(RouteRig rig, TcpProxy proxy, Flow flow, int bytes) {
    RouteRequest request =
        new RouteRequest(
            proxy.through(rig.sourceServer.endpoint(rig.sourceDatabase)),
            rig.targetServer.endpoint(rig.targetDatabase),
            Scope.all(),
            Set.of());
    try (Route route = new PostgresEngine().open(request)) {
      StepOutcome outcome;
      long carried;
      try (WriteGate gate = route.source().gate(route.source().tables(), BUDGET)) {
        PostgresRouteTest.closeWithin(gate, 20);
        Position frozenAt = gate.frozenAt();
        carried = proxy.carried(flow);
        proxy.cutAfter(flow, bytes);
        outcome = gate.handOver(rig.lease.epoch(), frozenAt);
        carried = proxy.carried(flow) - carried;
      }
      proxy.pass();
      return new Answer(outcome, route.source().handOver(), (int) carried);
    }
  }

  private static boolean writable(RouteRig rig) throws SQLException {
    try {
      RouteRig.run(rig.onSource, "SET lock_timeout = '5s'; DELETE FROM t");
      return true;
    } catch (SQLException e) {
      assertThat(e.getSQLState()).isEqualTo("25006");
      return false;
    }
  }

  /** For the next round; nothing but a test may do this. */
  private static void takeBack(RouteRig rig) throws SQLException {
    RouteRig.run(rig.onSource, "DROP TRIGGER IF EXISTS fram_guard ON t");
    RouteRig.run(rig.onSource, "UPDATE fram.handover SET state = 'OWNER_SOURCE', epoch = 0");
  }
}
