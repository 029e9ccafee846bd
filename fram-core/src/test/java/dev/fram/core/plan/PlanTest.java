// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.check.Finding;
import dev.fram.api.check.Finding.Severity;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.Way;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.Secret;
import dev.fram.api.model.ServerInfo;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What follows from findings; real servers' findings are in fram-it. */
class PlanTest {
  private static final Finding BAD = Finding.fail("log", "the log is off", "Switch it on.");
  private static final Finding WORSE = Finding.fail("rights", "rights are missing", "GRANT them.");
  private static final Finding SLOW = Finding.warn("bonds", "one lane", "Nothing.");
  private static final Finding FINE = Finding.pass("version", "good");

  private static PlannedWay way(String name, List<Finding> there, List<Finding> back) {
    Endpoint server =
        Endpoint.parse("memory://fram@db:1/shop").withPassword(new Secret("not for anybody"));
    return new PlannedWay(
        new Way(
            name,
            "Title.",
            "--" + name,
            new RouteRequest(server, server, Scope.all(), Set.of()),
            List.of(new Way.Trait(Way.Subject.NETWORK, "To both.")),
            new Way.Advice("Take " + name + ".", Map.of("bonds", "All lanes."))),
        there,
        back);
  }

  private static Plan plan(PlannedWay... ways) {
    ServerInfo info = new ServerInfo("db:1/shop", "Memory", "1", 1, "x");
    DataSet data =
        DataSet.of(
            List.of(
                new Table(new TableId("s", "small"), 1, 10, Table.Transfer.COPY_AND_FOLLOW),
                new Table(new TableId("s", "large"), 1, 9_000, Table.Transfer.COPY_AND_FOLLOW),
                new Table(new TableId("s", "late"), 1, 250L << 20, Table.Transfer.COPY_AT_CUTOVER),
                new Table(new TableId("s", "bare"), 0, 0, Table.Transfer.DEFINITION_ONLY)));
    return new Plan(
        new Setting(info, info, Optional.of(data), Optional.empty(), 15_000),
        List.of(ways),
        List.of("carrier pigeons"),
        Optional.empty());
  }

  @Test
  void theFirstThatIsPossibleIsRecommended() {
    PlannedWay refused = way("first", List.of(FINE, BAD), List.of());
    PlannedWay halfway = way("second", List.of(FINE), List.of(WORSE));
    PlannedWay taken = way("third", List.of(FINE, SLOW), List.of());
    PlannedWay other = way("fourth", List.of(FINE, SLOW), List.of());
    Plan plan = plan(refused, halfway, taken, other);
    assertThat(plan.ways().stream().map(PlannedWay::verdict))
        .containsExactly(
            PlannedWay.Verdict.NOT_POSSIBLE,
            PlannedWay.Verdict.WITHOUT_A_WAY_BACK,
            PlannedWay.Verdict.POSSIBLE,
            PlannedWay.Verdict.POSSIBLE);
    assertThat(plan.recommended()).contains(taken);
    assertThat(plan.reasons())
        .contains(
            "Take third.",
            "Network: To both.",
            "first is not possible as the servers are now.",
            "second is possible only without a way back.",
            "fourth is possible, too. Take fourth. Here (bonds): All lanes.")
        .noneMatch(reason -> reason.startsWith("third"));
  }

  @Test
  void whatAllWaysHaveInCommonIsSaidOnce() {
    PlannedWay first = way("first", List.of(BAD, SLOW), List.of());
    PlannedWay second = way("second", List.of(BAD, WORSE, SLOW), List.of());
    Plan plan = plan(first, second);
    assertThat(plan.recommended()).isEmpty();
    assertThat(plan.reasons()).isEmpty();
    assertThat(plan.shared(Severity.FAIL)).containsExactly(BAD);
    assertThat(plan.own(first, Severity.FAIL)).isEmpty();
    assertThat(plan.own(second, Severity.FAIL)).containsExactly(WORSE);
    // Where there is one way, there is nothing to have in common.
    assertThat(plan(first).shared(Severity.FAIL)).isEmpty();
    assertThat(plan(first).own(first, Severity.FAIL)).containsExactly(BAD);
  }

  @Test
  void sizeAndOutageAreOfWhatWasLookedAt() {
    Setting setting = plan(way("first", List.of(FINE), List.of())).setting();
    assertThat(setting.size()).contains("2 tables", "9.0 kB", "s.large");
    assertThat(setting.outage()).contains("15 s", "1 table is", "262 MB: about 10 s", "s.late");
    Setting untold =
        new Setting(setting.source(), setting.target(), Optional.empty(), Optional.empty(), 15_000);
    assertThat(untold.size()).contains("not known");
    assertThat(untold.outage()).doesNotContain("copied whole");
  }

  /** A way holds the request that opens it. */
  @Test
  void noPasswordIsWritten() {
    String json = PlanJson.write(plan(way("first", List.of(FINE), List.of())));
    assertThat(json).contains("\"recommended\":\"first\"").doesNotContain("not for anybody");
  }
}
