// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.workload.Oracle;
import dev.fram.testkit.workload.OracleReport;
import dev.fram.testkit.workload.SwitchableProvider;
import dev.fram.testkit.workload.Workload;
import dev.fram.testkit.workload.WorkloadOptions;
import dev.fram.testkit.workload.WorkloadSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TcpProxyTest {

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void aCutAtAByteEndsTheConnectionThere(PostgresVersion version) throws Exception {
    try (PostgresServer server = PostgresServer.plan(version).start();
        TcpProxy proxy = TcpProxy.to(server.host(), server.port())) {
      SwitchableProvider through =
          new SwitchableProvider(proxy.through(server.endpoint("postgres")));
      try (Connection connection = through.connect();
          var statement = connection.createStatement()) {
        statement.execute("CREATE TABLE t (a int)");
        proxy.cutAfter(Flow.ANSWERS, 0);
        assertThatThrownBy(() -> statement.execute("INSERT INTO t VALUES (1)"))
            .isInstanceOfSatisfying(
                SQLException.class, lost -> assertThat(lost.getSQLState()).startsWith("08"));
      }
      assertThatThrownBy(through::connect).isInstanceOf(SQLException.class);
      proxy.pass();
      try (Connection connection = through.connect();
          var statement = connection.createStatement();
          var rows = statement.executeQuery("SELECT count(*) FROM t")) {
        assertThat(rows.next()).isTrue();
        // The statement had arrived; only its answer was lost.
        assertThat(rows.getInt(1)).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void writersSettleEveryCommitWhoseAnswerIsLost(PostgresVersion version) throws Exception {
    try (PostgresServer server = PostgresServer.plan(version).start();
        TcpProxy proxy = TcpProxy.to(server.host(), server.port());
        Connection direct = server.connect("postgres")) {
      WorkloadSchema.create(direct, 1_000, EnumSet.noneOf(WorkloadSchema.Part.class));
      SwitchableProvider through =
          new SwitchableProvider(proxy.through(server.endpoint("postgres")));
      try (Workload workload =
          Workload.start(through, WorkloadOptions.standard().withRate(0).withWriters(8))) {
        for (int cut = 0; cut < 25; cut++) {
          long seen = workload.stats().acknowledged();
          await()
              .atMost(Duration.ofSeconds(30))
              .until(() -> workload.stats().acknowledged() > seen + 40);
          proxy.cutAfter(cut % 2 == 0 ? Flow.ANSWERS : Flow.REQUESTS, 1_000 + cut * 37L);
          await().until(() -> proxy.isCut());
          proxy.pass();
        }
        Oracle oracle = workload.stop();
        OracleReport report = oracle.check(new SwitchableProvider(server.endpoint("postgres")));
        assertThat(report.examples()).isEmpty();
        assertThat(report.clean()).isTrue();
        assertThat(workload.stats().unanswered()).isPositive();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void aStallHoldsEverythingAndClosesNothing(PostgresVersion version) throws Exception {
    try (PostgresServer server = PostgresServer.plan(version).start();
        TcpProxy proxy = TcpProxy.to(server.host(), server.port());
        Connection direct = server.connect("postgres")) {
      WorkloadSchema.create(direct, 1_000, EnumSet.noneOf(WorkloadSchema.Part.class));
      SwitchableProvider through =
          new SwitchableProvider(proxy.through(server.endpoint("postgres")));
      try (Workload workload = Workload.start(through, WorkloadOptions.standard())) {
        await().until(() -> workload.stats().acknowledged() > 50);
        proxy.stall();
        workload.resetPauses();
        await()
            .until(() ->
                workload.stats().longestPauseMillis().stream().allMatch(pause -> pause > 300));
        proxy.pass();
        long seen = workload.stats().acknowledged();
        await().until(() -> workload.stats().acknowledged() > seen + 50);
        assertThat(workload.stop().check(through).clean()).isTrue();
        assertThat(workload.stats().errors()).isEmpty();
      }
    }
  }
}
