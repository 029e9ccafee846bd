// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.Part;
import dev.fram.api.engine.Reveal;
import dev.fram.api.status.Command;
import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.Answer;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.migration.MigrationClient;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.verify.Comparison;
import java.time.Duration;
import java.util.List;

/** Asks a running migration for its cutover as another process would. */
final class Cutovers {
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final long SMALL_LAG_MILLIS = 2_000;
  private static final int UNDONE = 4;

  private Cutovers() {}

  static Answer cutOver(Move move) {
    return new MigrationClient(
            move.engine(), move.request(), MigrationSettings.defaults(), Clock.system())
        .cutover(status -> {});
  }

  /**
   * As somebody does it whose application goes on writing: on a machine that is busy with other
   * tests the gate may give way to the writers, or the target be too far behind. Then one waits
   * until that is settled, as the answer says, and asks again.
   */
  static void untilDone(Move move) {
    await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(300))
        .until(() -> {
          if (move.status().feed().lagMillis() > SMALL_LAG_MILLIS) {
            return false;
          }
          Answer answer = cutOver(move);
          assertThat(answer.exitCode()).as(answer.toString()).isIn(0, UNDONE);
          return answer.exitCode() == 0;
        });
  }

  /** The same of the way back. */
  static void untilBack(Move move) {
    await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(300))
        .until(() -> {
          Answer answer =
              new MigrationClient(
                      move.engine(), move.request(), MigrationSettings.defaults(), Clock.system())
                  .rollback(status -> {});
          assertThat(answer.exitCode()).as(answer.toString()).isIn(0, UNDONE);
          return answer.exitCode() == 0;
        });
  }

  /** From READY to the target and back, compared before, the application writing all the time. */
  static void thereAndBack(Move move, Writers writers) throws Exception {
    writers.awaitMore();
    assertThat(verify(move).exitCode()).isZero();
    untilDone(move);
    await().atMost(LIMIT).until(() -> move.status().reverse().isPresent());
    writers.awaitMore();
    untilBack(move);
    assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.ROLLED_BACK);
    writers.awaitMore();
  }

  static Answer dryRun(Move move) {
    return new MigrationClient(
            move.engine(), move.request(), MigrationSettings.defaults(), Clock.system())
        .cutoverDryRun();
  }

  /** Asks it to compare everything anew. */
  static Answer verify(Move move) {
    return new MigrationClient(
            move.engine(), move.request(), MigrationSettings.defaults(), Clock.system())
        .verify(Comparison.everything(), status -> {});
  }

  /** Asks it to compare everything anew and to repair what differs. */
  static Answer repair(Move move) {
    return new MigrationClient(
            move.engine(), move.request(), MigrationSettings.defaults(), Clock.system())
        .verify(
            new Comparison(List.of(), Command.Differences.REPAIR, Reveal.DIGESTS_ONLY, Part.WHOLE),
            status -> {});
  }
}
