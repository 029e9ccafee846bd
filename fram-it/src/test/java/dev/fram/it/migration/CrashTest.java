// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.JavaChild;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.workload.Oracle;
import dev.fram.testkit.workload.OracleReport;
import dev.fram.testkit.workload.SwitchableProvider;
import dev.fram.testkit.workload.Workload;
import dev.fram.testkit.workload.WorkloadOptions;
import dev.fram.testkit.workload.WorkloadSchema;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * {@code fram migrate} is killed with SIGKILL at random moments of all its phases while an
 * application writes, and started again with the same words. The application stays on the source to
 * the end, where the gate refuses it, so both sides must be equal in every row, and every
 * acknowledged write must be on the target.
 */
class CrashTest {
  private static final int KILLS = Integer.getInteger("fram.crash.kills", 2);
  private static final long SEED = Long.getLong("fram.crash.seed", System.nanoTime());
  private static final int ROWS = Integer.getInteger("fram.crash.rows", 20_000);
  private static final List<String> PHASES =
      List.of(
          "", "CHECKED", "COPYING", "CATCHING_UP", "VERIFYING", "READY", "CUTTING_OVER", "SERVING");
  private static final Duration LIMIT = Duration.ofSeconds(120);

  private final Random random = new Random(SEED);
  private final Map<String, Integer> killedIn = new TreeMap<>();
  private int kills;

  @Test
  void nothingIsLostWhenFramIsKilled() throws Exception {
    ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);
    for (int round = 0; kills < KILLS; round++) {
      round(pair, round);
    }
    System.out.println("killed in: " + killedIn + " (seed " + SEED + ")");
  }

  private void round(ServerPair pair, int round) throws Exception {
    String database = pair.freshDatabase("crash");
    try (Connection source = pair.source().connect(database)) {
      WorkloadSchema.create(source, ROWS);
    }
    try (Workload workload =
        Workload.start(
            new SwitchableProvider(pair.sourceEndpoint(database)),
            WorkloadOptions.standard().withWriters(4).withRate(150))) {
      while (!survives(pair, database)) {
        kills++;
      }
      Oracle oracle = workload.stop();
      OracleReport report = oracle.check(new SwitchableProvider(pair.targetEndpoint(database)));
      String at = "round " + round + ", seed " + SEED + ", killed in " + killedIn + ": " + report;
      assertThat(report.clean()).as(at).isTrue();
      assertThat(report.acknowledged()).as(at).isPositive();
      new Move(pair, database, MigrationSettings.defaults()).assertEqualTables();
    }
    pair.drop(database);
  }

  /** Some moments lie within a phase, however short it is; others anywhere. */
  private boolean comes(PhaseWatch watch, JavaChild fram, String phase) throws Exception {
    return phase.isEmpty() || random.nextInt(3) == 0
        ? watch.reachesMoment(fram, phase)
        : watch.catches(fram, phase);
  }

  /** One process; killed after a while unless it comes to its end before. */
  private boolean survives(ServerPair pair, String database) throws Exception {
    try (JavaChild fram =
            FramProcess.start(
                pair.sourceEndpoint(database),
                pair.targetEndpoint(database),
                "migrate",
                "--cutover=auto");
        PhaseWatch watch = new PhaseWatch(() -> pair.target().connect(database), random)) {
      String phase = PHASES.get(random.nextInt(PHASES.size()));
      if (kills < KILLS && comes(watch, fram, phase)) {
        killedIn.merge(watch.phase(), 1, Integer::sum);
        fram.kill9();
        return false;
      }
      assertThat(fram.awaitExit(LIMIT)).as(fram.output()).isZero();
      return true;
    }
  }
}
