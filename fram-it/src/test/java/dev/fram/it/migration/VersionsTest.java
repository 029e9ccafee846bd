// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.status.PhaseName;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.workload.CommitMode;
import dev.fram.testkit.workload.Oracle;
import dev.fram.testkit.workload.OracleReport;
import dev.fram.testkit.workload.SwitchableProvider;
import dev.fram.testkit.workload.Workload;
import dev.fram.testkit.workload.WorkloadOptions;
import dev.fram.testkit.workload.WorkloadSchema;
import java.sql.Connection;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A whole migration under load from each version that is supported. The application stays on the
 * source to the end, where the gate refuses it: so both sides must be equal in every row.
 */
class VersionsTest {
  @ParameterizedTest(name = "{0} to {1}")
  @CsvSource({"13, 18", "14, 17"})
  void moves(int from, int to) throws Exception {
    move(from, to);
  }

  @ParameterizedTest(name = "{0} to {1}")
  @CsvSource({"16, 18", "17, 18", "18, 18"})
  @EnabledIfSystemProperty(named = "fram.versions", matches = "all")
  void movesLikeItsNeighbours(int from, int to) throws Exception {
    move(from, to);
  }

  private static void move(int from, int to) throws Exception {
    try (ServerPair pair = ServerPair.open(PostgresVersion.of(from), PostgresVersion.of(to))) {
      move(pair);
    }
  }

  private static void move(ServerPair pair) throws Exception {
    String database = pair.freshDatabase("versions");
    try (Connection source = pair.source().connect(database)) {
      WorkloadSchema.create(source, 3_000);
    }
    try (Workload workload =
            Workload.start(
                new SwitchableProvider(pair.sourceEndpoint(database)),
                WorkloadOptions.standard().withCommits(CommitMode.MIXED).withRate(200));
        Move move = new Move(pair, database, Move.settings(MigrationSettings.Mode.MANUAL))) {
      move.begin().awaitPhase(PhaseName.READY);
      Cutovers.untilDone(move);
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
      Oracle oracle = workload.stop();
      OracleReport report = oracle.check(new SwitchableProvider(pair.targetEndpoint(database)));
      assertThat(report.clean()).as(report.toString()).isTrue();
      assertThat(report.acknowledged()).as(report.toString()).isPositive();
      assertThat(move.assertEqualTables()).isGreaterThan(5);
    }
  }
}
