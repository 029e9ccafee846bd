// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MySqlWorkloadTest {
  /** So many that a writer changes every other loaded row only. */
  private static final long ROWS = 40_000;

  private static final String DEADLOCK = "40001";

  @ParameterizedTest
  @EnumSource
  void whatWasAcknowledgedIsFoundAlsoAfterCrashes(MySqlVersion version, @TempDir Path folder)
      throws Exception {
    try (MySqlServer server = serverWithSchema(version)) {
      assertThat(server.value("app", "SELECT COUNT(*) FROM item")).contains("40000");
      SwitchableProvider provider = new SwitchableProvider(server.endpoint("app"));
      Path file = folder.resolve("acknowledged");
      WorkloadOptions options =
          WorkloadOptions.handover().withWriters(4).withAcknowledgements(file);
      try (Workload workload = Workload.start(provider, options)) {
        awaitAcknowledged(workload, 300);
        assertThat(workload.stats().errors().keySet()).isSubsetOf(DEADLOCK);
        server.kill9();
        server.start();
        awaitAcknowledged(workload, workload.stats().acknowledged() + 200);
        server.restart();
        awaitAcknowledged(workload, workload.stats().acknowledged() + 200);
        OracleReport report = workload.stop().check(provider);
        assertThat(report.examples()).isEmpty();
        assertThat(report.clean()).isTrue();
        assertThat(workload.stats().rolledBack()).isPositive();
        assertThat(workload.stats().connects()).isGreaterThan(4);
        try (Connection connection = provider.connect()) {
          assertThat(AcknowledgementFile.countMissing(file, connection)).isZero();
        }
      }
    }
  }

  @Test
  void everyPlantedDifferenceIsSeen() throws SQLException {
    try (MySqlServer server = serverWithSchema(MySqlVersion.V8_0)) {
      SwitchableProvider provider = new SwitchableProvider(server.endpoint("app"));
      Oracle oracle;
      try (Workload workload = Workload.start(provider, WorkloadOptions.standard().withRate(0))) {
        awaitAcknowledged(workload, 300);
        oracle = workload.stop();
      }
      server.execute(
          "app",
          """
          DELETE FROM ledger WHERE kind = 'tx' ORDER BY RAND() LIMIT 1;
          INSERT INTO ledger VALUES (1, 1000000, 'tx', NOW());
          UPDATE sbtest1 SET k = k + 1 WHERE id = 32;
          DELETE FROM audit WHERE writer = 0 ORDER BY nr DESC LIMIT 1;
          INSERT INTO log VALUES (3, 17, NULL);
          UPDATE item_changes SET changes = changes + 1 WHERE writer = 0;
          """);
      OracleReport report = oracle.check(provider);
      assertThat(report.lost()).isEqualTo(1);
      assertThat(report.unexpected()).isEqualTo(1);
      assertThat(report.wrongRows()).isEqualTo(3);
      assertThat(report.clean()).isFalse();
    }
  }

  private static MySqlServer serverWithSchema(MySqlVersion version) throws SQLException {
    MySqlServer server = MySqlServer.plan(version).start();
    try (Connection connection = server.connect("")) {
      WorkloadSchema.create(connection, ROWS);
      return server;
    } catch (SQLException | RuntimeException problem) {
      server.close();
      throw problem;
    }
  }

  private static void awaitAcknowledged(Workload workload, long number) {
    await().atMost(Duration.ofSeconds(60)).until(() -> workload.stats().acknowledged() >= number);
  }
}
