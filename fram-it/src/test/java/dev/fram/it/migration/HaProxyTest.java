// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.model.Endpoint;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.core.bus.Answer;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.workload.OracleReport;
import dev.fram.testkit.workload.SwitchableProvider;
import dev.fram.testkit.workload.Workload;
import dev.fram.testkit.workload.WorkloadOptions;
import dev.fram.testkit.workload.WorkloadSchema;
import dev.fram.testkit.workload.WorkloadStats;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A real HAProxy in front of MySQL: its clients connect once more, and lose nothing. */
class HaProxyTest {
  private static final Logger LOG = LoggerFactory.getLogger(HaProxyTest.class);
  private static final int WRITERS = 8;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @Test
  void clientsThatConnectAgainLoseNothing() throws Exception {
    MySqlPair pair = MySqlPair.of(MySqlVersion.V8_0, MySqlVersion.V8_0);
    pair.load(500, EnumSet.noneOf(WorkloadSchema.Part.class));
    try (HaProxy proxy = new HaProxy(pair.source())) {
      Endpoint path = proxy.through(pair.applicationOnSource().current());
      MigrationSettings settings =
          TrafficSetting.of(
              MigrationSettings.Mode.MANUAL, Optional.of(path), List.of(proxy.setting()));
      try (Workload workload =
              Workload.start(
                  new SwitchableProvider(path),
                  WorkloadOptions.standard().withWriters(WRITERS).withRate(200));
          Move move = new Move(pair, "", settings)) {
        move.begin().awaitPhase(PhaseName.READY);
        Answer plan = Cutovers.dryRun(move);
        assertThat(plan.details())
            .anyMatch(line -> line.contains("haproxy") && !line.contains("refused"));
        Cutovers.untilDone(move);
        assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
        assertThat(applications(pair.source())).isZero();
        WorkloadStats stats = workload.stats();
        OracleReport report = workload.stop().check(new SwitchableProvider(path));
        Status.Probe probe = move.status().cutover().orElseThrow().probe().orElseThrow();
        LOG.info("{}; {}", probe, stats);
        assertThat(report.clean()).as(report.toString()).isTrue();
        assertThat(report.acknowledged()).isGreaterThan(100);
        // Each writer is cut off at most twice: when the source closes, and by HAProxy. Who was
        // chosen in a deadlock connects again, too.
        assertThat(stats.errors().getOrDefault("08S01", 0L))
            .as(stats.toString())
            .isLessThanOrEqualTo(WRITERS * 2L);
        assertThat(stats.connects())
            .as(stats.toString())
            .isLessThanOrEqualTo(WRITERS + stats.failed() + stats.unanswered());
        assertThat(probe.longestWriteGapMillis()).isPositive().isLessThan(20_000);
        assertThat(proxy.config()).contains("server main 127.0.0.1:" + pair.target().port() + " ");
      }
    }
  }

  /** There and back: the way back switches as the way there does, and finds what was written. */
  @Test
  void theWayBackLosesNothingEither() throws Exception {
    MySqlPair pair = MySqlPair.of(MySqlVersion.V8_0, MySqlVersion.V8_0);
    pair.load(500, EnumSet.noneOf(WorkloadSchema.Part.class));
    try (HaProxy proxy = new HaProxy(pair.source())) {
      Endpoint path = proxy.through(pair.applicationOnSource().current());
      MigrationSettings settings =
          TrafficSetting.of(
                  MigrationSettings.Mode.MANUAL, Optional.of(path), List.of(proxy.setting()))
              .withReverse(
                  new MigrationSettings.Reverse(Duration.ofHours(1), MigrationSettings.Wish.ASKED));
      try (Workload workload =
              Workload.start(
                  new SwitchableProvider(path),
                  WorkloadOptions.standard().withWriters(WRITERS).withRate(100));
          Move move = new Move(pair, "", settings)) {
        move.begin().awaitPhase(PhaseName.READY);
        Cutovers.untilDone(move);
        await()
            .atMost(LIMIT)
            .until(() -> move.hasPhase(PhaseName.SERVING) && move.status().reverse().isPresent());
        assertThat(applications(pair.source())).isZero();
        long there = workload.stats().acknowledged();
        await().atMost(LIMIT).until(() -> workload.stats().acknowledged() > there + 100);
        Cutovers.untilBack(move);
        assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.ROLLED_BACK);
        assertThat(applications(pair.target())).isZero();
        long back = workload.stats().acknowledged();
        await().atMost(LIMIT).until(() -> workload.stats().acknowledged() > back + 100);
        WorkloadStats stats = workload.stats();
        OracleReport report = workload.stop().check(new SwitchableProvider(path));
        LOG.info("{}; {}", move.status().cutover().orElseThrow().probe().orElseThrow(), stats);
        assertThat(report.clean()).as(report.toString()).isTrue();
        assertThat(proxy.config()).contains("server main 127.0.0.1:" + pair.source().port() + " ");
      }
    }
  }

  private static long applications(MySqlServer server) throws SQLException {
    try (Connection connection = MySqlPair.administer(server);
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'shop'")) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
