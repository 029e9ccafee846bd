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
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
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
  private static final int WORKERS = 3;

  /** Each style takes every n-th point, the one beside the other's; 1 is all of them twice. */
  private static final int EVERY = Integer.getInteger("fram.crash.every", 17);

  /** The same for the turns of the data; {@code -Dfram.crash.step=1} takes all of them. */
  private static final int STEP = Integer.getInteger("fram.crash.step", 31);

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
    int points =
        everyPoint(
            1 + style.ordinal() % EVERY, EVERY, (n, wrong) -> dies(style, new DieAt(n), n, wrong));
    assertThat(points).isGreaterThan(100);
  }

  /** Whether the run has died at the n-th point, and what was wrong then. */
  @FunctionalInterface
  private interface Death {
    boolean at(int n, List<String> wrong);
  }

  private static int everyPoint(int first, int step, Death death) {
    List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    AtomicInteger next = new AtomicInteger(first);
    AtomicInteger survived = new AtomicInteger();
    // A few runs may come to their end before the n-th point: batches differ from run to run.
    Runnable some =
        () -> {
          while (survived.get() < 3) {
            int n = next.getAndAdd(step);
            survived.addAndGet(death.at(n, wrong) ? 0 : 1);
          }
        };
    // A run waits most of the time.
    List<CompletableFuture<Void>> workers =
        IntStream.range(0, WORKERS).mapToObj(i -> CompletableFuture.runAsync(some, own())).toList();
    workers.forEach(CompletableFuture::join);
    assertThat(wrong).isEmpty();
    return next.get();
  }

  /** The cutover with a way back, from its preparation to the switch of the traffic. */
  @Test
  @Timeout(300)
  void resumesACutoverWithAWayBack() {
    int points = everyPoint(1, STEP, (n, wrong) -> turns(n, new DieAt(n), Goal.CUTOVER, wrong));
    assertThat(points).isGreaterThan(40);
  }

  /** The rollback, from the first word to the switch of the traffic. */
  @Test
  @Timeout(300)
  void resumesARollback() {
    int points = everyPoint(1, STEP, (n, wrong) -> turns(n, new DieAt(n), Goal.ROLLBACK, wrong));
    assertThat(points).isGreaterThan(40);
  }

  /** There, back and there again, and one of them dies. */
  private boolean turns(int n, DieAt faults, Goal dying, List<String> wrong) {
    World world = World.reversible(folder.resolve(dying + "-" + n));
    MigrationSettings settings = world.reversible(MigrationSettings.Mode.AUTO);
    try (MemoryWorkload workload = world.workload(n)) {
      world.toReady(settings);
      reach(world, settings, Goal.CUTOVER, dying == Goal.CUTOVER ? faults : MemoryFaults.NONE);
      reach(world, settings, Goal.ROLLBACK, dying == Goal.ROLLBACK ? faults : MemoryFaults.NONE);
      if (n % 4 == 1) {
        reach(world, settings, Goal.CUTOVER, MemoryFaults.NONE);
        workload.stop();
        world.assertRight(workload);
      } else {
        workload.stop();
        world.assertBack(workload);
      }
    } catch (AssertionError | RuntimeException e) {
      wrong.add(n + ": " + e);
    }
    return faults.died.get();
  }

  private static void reach(
      World world, MigrationSettings settings, Goal goal, MemoryFaults faults) {
    try {
      world.run(faults, settings).run(goal);
    } catch (MemoryCrash e) {
      assertThat(
              world.source.writable()
                  && world.target.writable()
                  && !world.target.contents().isEmpty())
          .as("both servers take writes")
          .isFalse();
    }
    // A cutover that was carried through is not done a second time, nor is a rollback.
    RunResult result = world.run(MemoryFaults.NONE, settings).run(goal);
    assertThat(result.phase())
        .isEqualTo(goal == Goal.ROLLBACK ? PhaseName.ROLLED_BACK : PhaseName.SERVING);
  }

  /** A thread for each, however few processors there are. */
  private static Executor own() {
    return work -> new Thread(work, "crash-test").start();
  }

  private boolean dies(MemoryStyle style, DieAt faults, int n, List<String> wrong) {
    World world = new World(folder.resolve(style + "-" + n), style);
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
