// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.DdlPolicy;
import dev.fram.api.engine.TableState;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.api.status.PhaseName;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.memory.MemoryCrash;
import dev.fram.testkit.memory.MemoryFaults;
import dev.fram.testkit.memory.MemoryStyle;
import dev.fram.testkit.memory.MemoryTransaction;
import dev.fram.testkit.memory.MemoryWorkload;
import dev.fram.testkit.memory.WriteRefused;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What only servers do that cannot say exactly what a snapshot has seen, or close in one commit.
 */
@Timeout(60)
final class FuzzyTest {
  @TempDir Path folder;

  private RunResult migrate(World world, MemoryFaults faults, MigrationSettings settings) {
    return world.run(faults, settings).run(Goal.MIGRATE);
  }

  private static FramException lost(String point) {
    return new FramException(
        ErrorCode.CONNECTION_LOST, "The connection broke at " + point + ".", "");
  }

  @RepeatedTest(10)
  void executesStatementsAtTheirPlace(RepetitionInfo repetition) {
    World world = new World(folder, MemoryStyle.FUZZY);
    MigrationSettings settings = world.settings(MigrationSettings.Mode.AUTO);
    AtomicInteger seen = new AtomicInteger(repetition.getCurrentRepetition());
    MemoryFaults faults =
        (process, point) -> {
          if (point.equals("applier.commit:after") && seen.incrementAndGet() % 12 == 0) {
            statement(world, seen.get() % 24 == 0 ? World.ITEMS : World.UNIQUE);
          }
        };
    try (MemoryWorkload workload = world.workload(repetition.getCurrentRepetition() * 31L)) {
      RunResult result = world.run(faults, settings, DdlPolicy.REPLICATE).run(Goal.MIGRATE);
      assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
      workload.stop();
      assertThat(workload.errors()).isEmpty();
      assertThat(world.source.violations()).isEmpty();
    }
  }

  private static void statement(World world, TableId table) {
    try {
      world.source.statement(table);
    } catch (WriteRefused e) {
      // The gate is closing: whoever changes schemas comes too late.
    }
  }

  @Test
  void waitsRightBeforeAStatementUntilAPersonHasDecided() {
    World world = new World(folder, MemoryStyle.FUZZY);
    MigrationSettings settings = world.settings(MigrationSettings.Mode.MANUAL);
    MigrationRun run = world.run(MemoryFaults.NONE, settings);
    AtomicReference<String> held = new AtomicReference<>("");
    run.addStatusListener(s -> s.held().ifPresent(held::set));
    try (Background background = new Background(() -> run.run(Goal.MIGRATE), run)) {
      MigrationClient client = world.client(settings);
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> client.status().filter(v -> v.status().phase() == PhaseName.READY).isPresent());
      put(world, 7, "before");
      world.source.statement(World.ITEMS);
      put(world, 7, "after");
      await().until(() -> held.get().contains("public.items"));
      assertThat(world.target.contents().get(World.ITEMS)).containsEntry(7L, "before");
      run.stop();
      background.join();
    }
    MigrationSettings auto = world.settings(MigrationSettings.Mode.AUTO);
    RunResult result = world.run(MemoryFaults.NONE, auto, DdlPolicy.REPLICATE).run(Goal.MIGRATE);
    assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
    assertThat(world.source.violations()).isEmpty();
    assertThat(world.target.contents().get(World.ITEMS))
        .containsEntry(7L, "after")
        .containsEntry(8L, "seed-8*");
  }

  private static void put(World world, long key, String value) {
    MemoryTransaction tx = world.source.begin();
    tx.put(World.ITEMS, key, value);
    tx.commit();
  }

  @Test
  void keepsTheTargetClosedWhileTheSourceCannotBeSealed() {
    World world = new World(folder, MemoryStyle.FUZZY);
    MigrationSettings settings =
        world
            .settings(MigrationSettings.Mode.AUTO)
            .withRetry(
                new MigrationSettings.Retry(
                    Duration.ofMillis(50), Duration.ofMillis(2), Duration.ofMillis(10), 5));
    MemoryFaults faults =
        (process, point) -> {
          if (point.equals("source.seal")) {
            world.source.unreachable();
          }
        };
    try (MemoryWorkload workload = world.workload(3)) {
      assertThatThrownBy(() -> migrate(world, faults, settings))
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN));
      assertThat(world.target.writable()).isFalse();
      assertThat(world.client(settings).status().orElseThrow().status().phase())
          .isEqualTo(PhaseName.NEEDS_OPERATOR);
      world.source.reachable();
      RunResult result = migrate(world, MemoryFaults.NONE, settings);
      assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
      workload.stop();
      world.assertRight(workload);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "source.seal:before",
        "source.seal:after",
        "schema.undoFinish:before",
        "schema.undoFinish:after",
        "applier.commit:after",
        "schema.prepareFinish",
        "schema.finish:before",
        "schema.finish:after",
        "target.open:before"
      })
  void goesOnAfterAFailureOrACrashWhileSealing(String fatal) {
    for (End end : End.values()) {
      World world = new World(folder, MemoryStyle.FUZZY);
      AtomicBoolean handedOver = new AtomicBoolean();
      AtomicBoolean failed = new AtomicBoolean();
      MemoryFaults faults =
          (process, point) -> {
            if (point.equals("gate.handOver:after")) {
              slip(world);
              handedOver.set(true);
            } else if (handedOver.get()
                && point.equals(fatal)
                && failed.compareAndSet(false, true)) {
              if (end == End.CRASH) {
                throw process.crash(point);
              }
              throw lost(point);
            }
          };
      MigrationSettings settings = world.settings(MigrationSettings.Mode.AUTO);
      try (MemoryWorkload workload = world.workload(fatal.hashCode())) {
        try {
          migrate(world, faults, settings);
        } catch (MemoryCrash e) {
          // It has died: exactly what this is about.
        }
        assertThat(failed).isTrue();
        RunResult result = migrate(world, MemoryFaults.NONE, settings);
        assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
        workload.stop();
        world.assertRight(workload);
      }
    }
  }

  /** How a run ends. */
  private enum End {
    FAILURE,
    CRASH
  }

  /** At least one write is always there that was not drained. */
  private static void slip(World world) {
    MemoryTransaction tx = world.source.begin();
    tx.put(World.ITEMS, 5000, "slipped");
    tx.commit();
  }

  @ParameterizedTest
  @EnumSource(MemoryStyle.class)
  void copiesAWholeFamilyAgain(MemoryStyle style) {
    World world = new World(folder, style);
    AtomicInteger rewrites = new AtomicInteger(2);
    TableId last = World.FAMILY.getLast();
    MemoryFaults faults =
        (process, point) -> {
          boolean copying =
              world
                  .target
                  .table(last)
                  .filter(t -> t.stage() == TableState.Stage.COPYING)
                  .isPresent();
          if (point.equals("snapshot.verifyPinned") && copying && rewrites.getAndDecrement() > 0) {
            world.source.rewrite(last);
          }
        };
    try (MemoryWorkload workload = world.workload(21)) {
      RunResult result = migrate(world, faults, world.settings(MigrationSettings.Mode.AUTO));
      assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
      World.FAMILY.forEach(t ->
          assertThat(result.status().notes())
              .anyMatch(n -> n.startsWith("Table " + t + " is copied again")));
      workload.stop();
      world.assertRight(workload);
    }
  }

  @Test
  void anOldSnapshotDoesNotTearAFamilyApart() {
    World world = new World(folder, MemoryStyle.FUZZY);
    MigrationSettings settings = world.settings(MigrationSettings.Mode.AUTO);
    try (MemoryWorkload workload = world.workload(12)) {
      RunResult result =
          migrate(
              world,
              MemoryFaults.NONE,
              settings.withCopy(
                  new MigrationSettings.Copy(1, 1, Duration.ofMillis(1), 500, 100_000)));
      assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
      workload.stop();
      world.assertRight(workload);
    }
  }

  /** One transaction in many pieces lies across the end of the windows. */
  @Test
  void buildsLateIndexesOnlyBetweenTransactions() {
    World world = new World(folder, MemoryStyle.FUZZY);
    AtomicBoolean written = new AtomicBoolean();
    MemoryFaults faults =
        (process, point) -> {
          if (point.equals("schema.finishIndexes:after") && written.compareAndSet(false, true)) {
            for (int i = 0; i < 4; i++) {
              large(world, i);
            }
          }
        };
    RunResult result = migrate(world, faults, world.settings(MigrationSettings.Mode.AUTO));
    assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
    assertThat(world.source.violations()).isEmpty();
    assertThat(world.target.contents()).isEqualTo(world.source.contents());
  }

  private static void large(World world, int round) {
    MemoryTransaction tx = world.source.begin();
    for (long key = 1000; key < 1600; key++) {
      tx.put(World.ITEMS, key, "large-" + round);
    }
    tx.commit();
  }
}
