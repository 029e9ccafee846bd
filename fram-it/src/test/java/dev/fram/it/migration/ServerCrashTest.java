// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.JavaChild;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
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
 * A PostgreSQL server dies under a migration ({@code kill -9} of the postmaster) and comes back
 * while the application writes; Fram goes on by itself, or says that it is to be run again. {@code
 * -Dfram.server.kills=8} kills source and target in each phase.
 */
class ServerCrashTest {
  private static final int KILLS = Integer.getInteger("fram.server.kills", 1);
  private static final long SEED = Long.getLong("fram.server.seed", System.nanoTime());
  private static final List<String> PHASES =
      List.of("COPYING", "CATCHING_UP", "READY", "CUTTING_OVER");
  private static final Duration LIMIT = Duration.ofSeconds(300);
  private static final int RUN_AGAIN = 4;

  private final Random random = new Random(SEED);
  private final Map<String, Integer> killedIn = new TreeMap<>();
  private int kills;

  @Test
  void nothingIsLostWhenAServerIsKilled() throws Exception {
    try (ServerPair pair = ServerPair.open(PostgresVersion.V15, PostgresVersion.V18)) {
      int missed = 0;
      while (kills < KILLS) {
        long turn = Math.floorMod(SEED, 2 * PHASES.size()) + (long) kills;
        boolean ofSource = turn % 2 == 0;
        String phase = PHASES.get((int) (turn / 2 % PHASES.size()));
        int before = kills;
        round(
            pair,
            ofSource ? pair.source() : pair.target(),
            (ofSource ? "source " : "target ") + phase);
        // A short phase may be over before it is seen: then the next round is for it again.
        missed += kills > before ? 0 : 1;
        assertThat(missed).as("rounds without a kill, " + killedIn).isLessThanOrEqualTo(8);
      }
    }
    System.out.println("servers killed: " + killedIn + " (seed " + SEED + ")");
  }

  private void round(ServerPair pair, PostgresServer victim, String moment) throws Exception {
    String database = pair.freshDatabase("server_crash");
    try (Connection source = pair.source().connect(database)) {
      WorkloadSchema.create(source, 5_000);
    }
    try (Workload workload =
        Workload.start(
            new SwitchableProvider(pair.sourceEndpoint(database)),
            WorkloadOptions.standard().withWriters(4).withRate(100))) {
      comesToItsEnd(pair, database, victim, moment);
      OracleReport report =
          workload.stop().check(new SwitchableProvider(pair.targetEndpoint(database)));
      String at = "seed " + SEED + ", killed in " + killedIn + ": " + report;
      assertThat(report.clean()).as(at).isTrue();
      assertThat(report.acknowledged()).as(at).isPositive();
      new Move(pair, database, MigrationSettings.defaults()).assertEqualTables();
    }
    pair.drop(database);
  }

  /**
   * Runs again while it says that this helps. A cutover that nobody asks for keeps READY for as
   * long as it is wanted; when the server has been killed there, so is Fram, and the next one cuts
   * over.
   */
  private void comesToItsEnd(ServerPair pair, String database, PostgresServer victim, String moment)
      throws Exception {
    String phase = moment.substring(moment.indexOf(' ') + 1);
    boolean killed = false;
    while (true) {
      boolean waits = phase.equals("READY") && !killed;
      try (JavaChild fram =
              FramProcess.start(
                  pair.sourceEndpoint(database),
                  pair.targetEndpoint(database),
                  "migrate",
                  "--cutover=" + (waits ? "manual" : "auto"));
          PhaseWatch watch = new PhaseWatch(() -> pair.target().connect(database), random)) {
        if (!killed && watch.catches(fram, phase)) {
          victim.kill9();
          victim.start();
          killedIn.merge(moment, 1, Integer::sum);
          killed = true;
          kills++;
          if (waits) {
            fram.kill9();
            continue;
          }
        }
        int code = fram.awaitExit(LIMIT);
        if (code == 0) {
          return;
        }
        assertThat(code).as(fram.output()).isEqualTo(RUN_AGAIN);
        killedIn.merge(moment + ", run again", 1, Integer::sum);
      }
    }
  }
}
