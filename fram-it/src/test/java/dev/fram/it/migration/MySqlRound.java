// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.model.TableOptions;
import dev.fram.api.status.PhaseName;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.workload.OracleReport;
import dev.fram.testkit.workload.Workload;
import dev.fram.testkit.workload.WorkloadOptions;
import dev.fram.testkit.workload.WorkloadSchema.Part;
import dev.fram.testkit.workload.WorkloadStats;
import java.time.Duration;
import java.util.Set;

/**
 * One whole migration of the workload's schema while an application writes, to the end and with
 * everything that can be said of it then. A write that the source had accepted after the freeze
 * position would be acknowledged and missing on the target: the oracle would call it lost.
 *
 * @param rows loaded into the large table
 * @param parts what the schema has besides
 * @param options the application's
 * @param tables what was decided for tables
 */
record MySqlRound(long rows, Set<Part> parts, WorkloadOptions options, TableOptions tables) {
  private static final Duration LIMIT = Duration.ofSeconds(120);

  MySqlRound(long rows, Set<Part> parts, WorkloadOptions options) {
    this(rows, parts, options, TableOptions.none());
  }

  /** The application as it saw the cutover: its longest pauses are those of that time. */
  WorkloadStats run(MySqlPair pair) throws Exception {
    pair.load(rows, parts);
    try (MySqlHandOver handOver = new MySqlHandOver(pair)) {
      Address address = new Address(pair.applicationOnSource(), handOver);
      MigrationSettings settings = address.switchedBy(Move.settings(MigrationSettings.Mode.MANUAL));
      try (Workload workload = Workload.start(address, options);
          Move move = new Move(pair, "", settings, tables)) {
        move.begin().awaitPhase(PhaseName.READY);
        workload.resetPauses();
        Cutovers.untilDone(move);
        assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
        awaitMore(workload);
        WorkloadStats stats = workload.stats();
        OracleReport report = workload.stop().check(pair.applicationOnTarget());
        assertThat(report.clean()).as(report.toString()).isTrue();
        assertThat(report.acknowledged()).isPositive();
        handOver.assertEqualServers();
        if (parts.contains(Part.EVENTS)) {
          handOver.assertEventsFiredOnOneSide();
        }
        return stats;
      }
    }
  }

  /** The application goes on, on the target. */
  private void awaitMore(Workload workload) {
    long then = workload.stats().acknowledged();
    await()
        .atMost(LIMIT)
        .until(() -> workload.stats().acknowledged() > then + 10 * options.writers());
  }
}
