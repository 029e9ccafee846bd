// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.JavaChild;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.workload.OracleReport;
import dev.fram.testkit.workload.Workload;
import dev.fram.testkit.workload.WorkloadOptions;
import dev.fram.testkit.workload.WorkloadSchema;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The same as {@link CrashTest} for MySQL and MariaDB: {@code fram migrate}, or one of the servers,
 * is killed with SIGKILL in all phases under load. The application stays on the source to the end,
 * where the gate refuses it, so both sides must be equal in every row, and every acknowledged write
 * must be on the target.
 */
class MySqlCrashTest {
  private static final int KILLS = Integer.getInteger("fram.mysql.crash.kills", 1);
  private static final int MARIADB_KILLS = Integer.getInteger("fram.mysql.crash.mariadb.kills", 1);
  private static final int SERVER_KILLS = Integer.getInteger("fram.mysql.crash.server.kills", 1);
  private static final int ROWS = Integer.getInteger("fram.mysql.crash.rows", 5_000);
  private static final int RATE = Integer.getInteger("fram.mysql.crash.rate", 25);
  private static final long SEED = Long.getLong("fram.mysql.crash.seed", System.nanoTime());
  private static final List<String> PHASES =
      List.of("", "CHECKED", "COPYING", "CATCHING_UP", "READY", "CUTTING_OVER", "SERVING");
  private static final List<String> SERVER_PHASES =
      List.of("COPYING", "CATCHING_UP", "READY", "CUTTING_OVER");
  private static final Duration LIMIT = Duration.ofSeconds(600);

  /** What a run ends with when a server was away for longer than it wants to wait. */
  private static final int RUN_AGAIN = 4;

  private static final EnumSet<WorkloadSchema.Part> PARTS =
      EnumSet.complementOf(EnumSet.of(WorkloadSchema.Part.EVENTS));

  private final Random random = new Random(SEED);
  private final Map<String, Integer> killedIn = new TreeMap<>();
  private int kills;
  private String feed = "own";

  @ParameterizedTest
  @CsvSource({"V8_0,V9_7", "MARIADB_11_4,MARIADB_11_4"})
  void nothingIsLostWhenFramIsKilled(MySqlVersion from, MySqlVersion to) throws Exception {
    killed(MySqlPair.of(from, to), from.mariaDb() ? MARIADB_KILLS : KILLS);
  }

  /** The same where the target's own replica brings the changes over. */
  @ParameterizedTest
  @CsvSource({"V8_0,V8_0", "MARIADB_11_4,MARIADB_11_4"})
  void nothingIsLostWhenFramIsKilledThatLeadsAReplica(MySqlVersion from, MySqlVersion to)
      throws Exception {
    feed = "native";
    killed(MySqlPair.of(from, to), from.mariaDb() ? MARIADB_KILLS : KILLS);
  }

  private void killed(MySqlPair pair, int wanted) throws Exception {
    while (kills < wanted) {
      round(
          pair,
          () -> {
            // A resumed cutover stays one: after two kills there the other phases get their turn.
            int late = 2;
            while (!survives(pair, late > 0 ? wanted : 0)) {
              kills++;
              try (PhaseWatch watch = watch(pair)) {
                late -= watch.reached("CUTTING_OVER") ? 1 : 0;
              }
            }
          });
    }
    System.out.println(
        pair.source().version()
            + ", "
            + feed
            + " feed: fram killed in "
            + killedIn
            + " (seed "
            + SEED
            + ")");
  }

  @Test
  void nothingIsLostWhenAServerIsKilled() throws Exception {
    try (MySqlPair pair = MySqlPair.open(MySqlVersion.V8_0, MySqlVersion.V8_0)) {
      int missed = 0;
      while (kills < SERVER_KILLS) {
        // In turn, and each of them in each phase.
        MySqlServer victim = kills % 2 == 0 ? pair.source() : pair.target();
        String role = kills % 2 == 0 ? "source" : "target";
        String phase = SERVER_PHASES.get(Math.floorMod(SEED + kills / 2, SERVER_PHASES.size()));
        int before = kills;
        round(pair, () -> comesToItsEnd(pair, victim, role, phase));
        // A short phase may be over before it is seen: then the next round is for it again.
        missed += kills > before ? 0 : 1;
        assertThat(missed).as("rounds without a kill, " + killedIn).isLessThanOrEqualTo(8);
      }
    }
    System.out.println("servers killed: " + killedIn + " (seed " + SEED + ")");
  }

  /** What has to happen in a round until the migration is done. */
  private interface Story {
    void run() throws Exception;
  }

  private void round(MySqlPair pair, Story story) throws Exception {
    pair.load(ROWS, PARTS);
    try (Workload workload =
        Workload.start(pair.applicationOnSource(), WorkloadOptions.standard().withRate(RATE))) {
      story.run();
      OracleReport report = workload.stop().check(pair.applicationOnTarget());
      String at = "seed " + SEED + ", killed in " + killedIn + ": " + report;
      assertThat(report.clean()).as(at).isTrue();
      assertThat(report.acknowledged()).as(at).isPositive();
      int compared = new Move(pair, "", MigrationSettings.defaults()).assertEqualTables();
      assertThat(compared).as(at).isGreaterThan(5);
    }
  }

  /**
   * Runs again while it says that this helps. A cutover that nobody asks for keeps READY for as
   * long as it is wanted; when the server has been killed there, so is Fram, and the next one cuts
   * over.
   */
  private void comesToItsEnd(MySqlPair pair, MySqlServer victim, String role, String phase)
      throws Exception {
    boolean killed = false;
    while (true) {
      boolean waits = phase.equals("READY") && !killed;
      try (JavaChild fram = start(pair, waits ? "manual" : "auto");
          PhaseWatch watch = watch(pair)) {
        if (!killed && watch.catches(fram, phase)) {
          victim.kill9();
          victim.start();
          killedIn.merge(role + " " + phase, 1, Integer::sum);
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
        killedIn.merge(role + " again", 1, Integer::sum);
      }
    }
  }

  private PhaseWatch watch(MySqlPair pair) {
    return new PhaseWatch(() -> MySqlPair.administer(pair.target()), random);
  }

  private JavaChild start(MySqlPair pair, String cutover) throws Exception {
    return FramProcess.start(
        pair.sourceEndpoint(""),
        pair.targetEndpoint(""),
        "migrate",
        "--cutover=" + cutover,
        "--feed=" + feed);
  }

  /** One process; killed after a while unless it comes to its end before. */
  private boolean survives(MySqlPair pair, int wanted) throws Exception {
    try (JavaChild fram = start(pair, "auto");
        PhaseWatch watch = watch(pair)) {
      String phase = PHASES.get(random.nextInt(PHASES.size()));
      if (kills < wanted && watch.reachesMoment(fram, phase)) {
        killedIn.merge(watch.phase(), 1, Integer::sum);
        fram.kill9();
        return false;
      }
      assertThat(fram.awaitExit(LIMIT)).as(fram.output()).isZero();
      return true;
    }
  }
}
