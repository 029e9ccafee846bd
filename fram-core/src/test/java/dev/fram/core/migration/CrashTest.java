// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.status.PhaseName;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.memory.MemoryCrash;
import dev.fram.testkit.memory.MemoryFaults;
import dev.fram.testkit.memory.MemoryProcess;
import dev.fram.testkit.memory.MemoryStyle;
import dev.fram.testkit.memory.MemoryWorkload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The process dies at every durable point in turn, before and after it; the next one resumes. No
 * acknowledged write may be lost, and the two servers may never both take writes.
 */
final class CrashTest {
  @TempDir Path folder;

  /** Dies at the n-th durable point, counted over all threads. */
  private static final class DieAt implements MemoryFaults {
    private final int fatal;
    private final AtomicInteger passed = new AtomicInteger();
    private final AtomicBoolean died = new AtomicBoolean();

    DieAt(int fatal) {
      this.fatal = fatal;
    }

    @Override
    public void at(MemoryProcess process, String point) {
      boolean counts = point.endsWith(":before") || point.endsWith(":after");
      if (counts && passed.incrementAndGet() == fatal) {
        died.set(true);
        throw process.crash(point);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(MemoryStyle.class)
  @Timeout(300)
  void resumesAfterACrashAtEveryDurablePoint(MemoryStyle style) {
    List<String> wrong = new ArrayList<>();
    int n = 1;
    int survived = 0;
    // A few runs may come to their end before the n-th point: batches differ from run to run.
    while (survived < 3) {
      DieAt faults = new DieAt(n);
      survived += dies(style, faults, n, wrong) ? 0 : 1;
      n++;
    }
    assertThat(wrong).isEmpty();
    assertThat(n).isGreaterThan(100);
  }

  private boolean dies(MemoryStyle style, DieAt faults, int n, List<String> wrong) {
    World world = new World(folder, style);
    MigrationSettings settings = world.settings(MigrationSettings.Mode.AUTO);
    try (MemoryWorkload workload = world.workload(n)) {
      try {
        world.run(faults, settings).run(Goal.MIGRATE);
      } catch (MemoryCrash e) {
        // It has died: exactly what this is about.
      }
      if (world.source.writable() && world.target.writable()) {
        // Only before the target's tables exist may it be open.
        if (!world.target.journal().isEmpty() && world.target.contents().size() > 0) {
          wrong.add(n + ": both servers take writes");
        }
      }
      RunResult result = world.run(MemoryFaults.NONE, settings).run(Goal.MIGRATE);
      assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
      workload.stop();
      world.assertRight(workload);
    } catch (AssertionError | RuntimeException e) {
      wrong.add(n + ": " + e);
    }
    return faults.died.get();
  }

  @Test
  @Timeout(60)
  void cancelsAfterACrash() {
    World world = new World(folder);
    MigrationSettings settings = world.settings(MigrationSettings.Mode.MANUAL);
    assertThatThrownBy(() -> world.run(new DieAt(60), settings).run(Goal.MIGRATE))
        .isInstanceOf(MemoryCrash.class);
    RunResult result = world.run(MemoryFaults.NONE, settings).run(Goal.CANCEL);
    assertThat(result.phase()).isEqualTo(PhaseName.CANCELLED);
    assertThat(world.target.hasTraces()).isFalse();
    assertThat(world.target.contents()).isEmpty();
    assertThat(world.source.hasTraces()).isFalse();
    assertThat(world.source.writable()).isTrue();
  }
}
