// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.status.PhaseName;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.memory.MemoryFaults;
import dev.fram.testkit.memory.MemoryStyle;
import dev.fram.testkit.memory.MemoryWorkload;
import java.nio.file.Path;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The thin path, again and again with other interleavings. */
final class WholeMigrationTest {
  @TempDir Path folder;

  @RepeatedTest(10)
  @Timeout(30)
  void movesEverythingWhileWritersGoOn(RepetitionInfo repetition) {
    moves(MemoryStyle.EXACT, repetition.getCurrentRepetition());
  }

  @RepeatedTest(30)
  @Timeout(30)
  void movesEverythingThroughFuzzyWindows(RepetitionInfo repetition) {
    moves(MemoryStyle.FUZZY, repetition.getCurrentRepetition());
  }

  private void moves(MemoryStyle style, int repetition) {
    World world = new World(folder, style);
    try (MemoryWorkload workload = world.workload(repetition * 100L)) {
      RunResult result =
          world
              .run(MemoryFaults.NONE, world.settings(MigrationSettings.Mode.AUTO))
              .run(Goal.MIGRATE);
      assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
      workload.stop();
      world.assertRight(workload);
      assertThat(result.status().cutover()).isPresent();
      assertThat(result.status().copy().tablesReady()).isEqualTo(8);
    }
  }
}
