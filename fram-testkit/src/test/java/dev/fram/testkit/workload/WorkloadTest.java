// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.server.StopMode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WorkloadTest {
  private static final long ROWS = 20_000;

  @ParameterizedTest
  @EnumSource
  void theSchemaIsMadeOnEveryVersion(PostgresVersion version) throws SQLException {
    try (PostgresServer server = PostgresServer.plan(version).start();
        Connection connection = server.connect("postgres")) {
      WorkloadSchema.create(connection, ROWS);
      try (var statement = connection.createStatement();
          var rows = statement.executeQuery("SELECT count(*) FROM app.item")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getLong(1)).isEqualTo(ROWS);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void whatWasAcknowledgedIsFoundOnTheServerItself(PostgresVersion version, @TempDir Path folder)
      throws Exception {
    try (PostgresServer server = serverWithSchema(version)) {
      SwitchableProvider provider = new SwitchableProvider(server.endpoint("postgres"));
      Path file = folder.resolve("acknowledged");
      try (Workload workload =
          Workload.start(
              provider, WorkloadOptions.standard().withRate(0).withAcknowledgements(file))) {
        awaitAcknowledged(workload, 500);
        OracleReport report = workload.stop().check(provider);
        assertThat(report.examples()).isEmpty();
        assertThat(report.clean()).isTrue();
        assertThat(report.found()).isEqualTo(workload.stats().acknowledged());
        assertThat(workload.stats().errors()).isEmpty();
        try (Connection connection = provider.connect()) {
          assertThat(AcknowledgementFile.countMissing(file, connection)).isZero();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void writersOutliveCrashesAndNothingAcknowledgedIsLost(PostgresVersion version)
      throws SQLException {
    try (PostgresServer server = serverWithSchema(version)) {
      SwitchableProvider provider = new SwitchableProvider(server.endpoint("postgres"));
      try (Workload workload = Workload.start(provider, WorkloadOptions.standard().withRate(0))) {
        awaitAcknowledged(workload, 200);
        server.kill9();
        server.start();
        awaitAcknowledged(workload, workload.stats().acknowledged() + 200);
        server.stop(StopMode.IMMEDIATE);
        server.start();
        awaitAcknowledged(workload, workload.stats().acknowledged() + 200);
        OracleReport report = workload.stop().check(provider);
        assertThat(report.examples()).isEmpty();
        assertThat(report.clean()).isTrue();
        assertThat(workload.stats().connects()).isGreaterThan(4);
        assertThat(workload.stats().errors()).isNotEmpty();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void theHandoverTrafficIsTrueToItself(PostgresVersion version) throws SQLException {
    try (PostgresServer server = serverWithSchema(version)) {
      SwitchableProvider provider = new SwitchableProvider(server.endpoint("postgres"));
      try (A1Workload workload = A1Workload.start(provider)) {
        await().atMost(Duration.ofSeconds(60)).until(() -> workload.stats().acknowledged() > 600);
        OracleReport report = workload.stop().check(provider);
        assertThat(report.examples()).isEmpty();
        assertThat(report.clean()).isTrue();
        assertThat(workload.stats().rolledBack()).isPositive();
      }
    }
  }

  @Test
  void everyPlantedDifferenceIsSeen() throws SQLException {
    try (PostgresServer server = serverWithSchema(PostgresVersion.V15)) {
      SwitchableProvider provider = new SwitchableProvider(server.endpoint("postgres"));
      Oracle oracle;
      try (Workload workload = Workload.start(provider, WorkloadOptions.standard().withRate(0))) {
        awaitAcknowledged(workload, 300);
        oracle = workload.stop();
      }
      server.execute(
          "postgres",
          """
          DELETE FROM app.ledger WHERE (writer, seq) =
            (SELECT writer, seq FROM app.ledger WHERE kind = 'tx' ORDER BY random() LIMIT 1);
          INSERT INTO app.ledger VALUES (1, 1000000, 'tx');
          SET session_replication_role = replica;
          UPDATE app.item SET version = version + 1
            WHERE writer = 2 AND id = (SELECT max(id) FROM app.item WHERE writer = 2);
          INSERT INTO app.log VALUES (3, 17);
          UPDATE app.item_changes SET changes = changes + 1 WHERE writer = 0;
          """);
      OracleReport report = oracle.check(provider);
      assertThat(report.lost()).isEqualTo(1);
      assertThat(report.unexpected()).isEqualTo(1);
      assertThat(report.wrongRows()).isEqualTo(3);
      assertThat(report.clean()).isFalse();
    }
  }

  @Test
  void aPauseIsMeasured() throws SQLException {
    try (PostgresServer server = serverWithSchema(PostgresVersion.V15);
        Connection blocker = server.connect("postgres")) {
      SwitchableProvider provider = new SwitchableProvider(server.endpoint("postgres"));
      try (Workload workload = Workload.start(provider, WorkloadOptions.standard())) {
        awaitAcknowledged(workload, 50);
        workload.resetPauses();
        blocker.setAutoCommit(false);
        try (var statement = blocker.createStatement()) {
          statement.execute("LOCK TABLE app.ledger");
        }
        await()
            .until(() ->
                workload.stats().longestPauseMillis().stream().allMatch(pause -> pause > 400));
        blocker.rollback();
        awaitAcknowledged(workload, workload.stats().acknowledged() + 50);
        workload.stop();
        assertThat(workload.stats().worstPauseMillis()).isBetween(400L, 5000L);
        assertThat(workload.stats().errors()).isEmpty();
      }
    }
  }

  private static PostgresServer serverWithSchema(PostgresVersion version) throws SQLException {
    PostgresServer server = PostgresServer.plan(version).start();
    try (Connection connection = server.connect("postgres")) {
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
