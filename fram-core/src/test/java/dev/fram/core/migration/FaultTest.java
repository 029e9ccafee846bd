// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.StepOutcome;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.Answer;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.memory.MemoryFaults;
import dev.fram.testkit.memory.MemoryTransaction;
import dev.fram.testkit.memory.MemoryWorkload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that break, steps that fail, outcomes that nobody knows. */
@Timeout(60)
final class FaultTest {
  @TempDir Path folder;

  private static FramException lost(String point) {
    return new FramException(
        ErrorCode.CONNECTION_LOST, "The connection broke at " + point + ".", "");
  }

  /** Fails the first time at each of these points, and never again. */
  private static MemoryFaults once(String... points) {
    Set<String> left = ConcurrentHashMap.newKeySet();
    left.addAll(Set.of(points));
    return (process, point) -> {
      if (left.remove(point)) {
        throw lost(point);
      }
    };
  }

  @RepeatedTest(5)
  void survivesBrokenConnectionsAnywhere(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    AtomicInteger budget = new AtomicInteger(25);
    MemoryFaults faults =
        (process, point) -> {
          boolean hit;
          synchronized (random) {
            hit = random.nextInt(40) == 0;
          }
          if (hit && !point.equals("engine.open") && budget.getAndDecrement() > 0) {
            throw lost(point);
          }
        };
    World world = new World(folder);
    try (MemoryWorkload workload = world.workload(repetition.getCurrentRepetition() * 77L)) {
      MigrationSettings settings = world.settings(MigrationSettings.Mode.AUTO);
      RunResult result = patiently(world, faults, settings);
      assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
      workload.stop();
      world.assertRight(workload);
    }
  }

  /** A failure before the first lease ends a run at once; the user starts it again. */
  private static RunResult patiently(World world, MemoryFaults faults, MigrationSettings settings) {
    for (int i = 0; ; i++) {
      try {
        return world.run(faults, settings).run(Goal.MIGRATE);
      } catch (FramException e) {
        if (i > 20) {
          throw e;
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "schema.prepareFinish",
        "gate.close:before",
        "gate.close:after",
        "gate.frozenAt",
        "source.fingerprints",
        "copier.copyWhole:before",
        "copier.copyWhole:after",
        "schema.finish:before",
        "schema.finish:after",
        "lease.verify",
        "schema.undoFinish:before",
        "gate.handOver:before"
      })
  void undoesACutoverThatFailsBeforeTheHandOver(String point) {
    World world = new World(folder);
    AtomicReference<String> armed = new AtomicReference<>("");
    MemoryFaults faults =
        (process, p) -> {
          if (armed.compareAndSet(p, "")) {
            throw lost(p);
          }
        };
    MigrationSettings settings = world.settings(MigrationSettings.Mode.MANUAL);
    MigrationRun run = world.run(faults, settings);
    try (MemoryWorkload workload = world.workload(5);
        Background background = new Background(() -> run.run(Goal.MIGRATE), run)) {
      MigrationClient client = world.client(settings);
      awaitPhase(client, PhaseName.READY);
      // The drift watch asks for fingerprints too: it survives that, and the step may go through.
      armed.set(point);
      Answer first = client.cutover(s -> {});
      if (first.exitCode() != 0) {
        assertThat(first.code()).isEqualTo(ErrorCode.CUTOVER_UNDONE.name());
        assertThat(world.source.writable()).isTrue();
        assertThat(world.target.writable()).isFalse();
        awaitPhase(client, PhaseName.READY);
        assertThat(client.cutover(s -> {}).exitCode()).isZero();
      }
      background.join();
      workload.stop();
      world.assertRight(workload);
    }
  }

  @Test
  void saysOnceWhyItTriesAgain() {
    World world = new World(folder);
    AtomicInteger left = new AtomicInteger(3);
    MemoryFaults faults =
        (process, point) -> {
          if (point.equals("schema.addConstraints:before") && left.getAndDecrement() > 0) {
            throw lost("the target's disk");
          }
        };
    RunResult result =
        world.run(faults, world.settings(MigrationSettings.Mode.AUTO)).run(Goal.MIGRATE);
    assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
    assertThat(left.get()).isNegative();
    assertThat(result.status().notes())
        .filteredOn(note -> note.startsWith("The run tries again by itself: "))
        .singleElement()
        .asString()
        .contains("the target's disk");
  }

  @Test
  void asksTheSourceWhenTheHandOverHasGoneThroughUnseen() {
    World world = new World(folder);
    try (MemoryWorkload workload = world.workload(6)) {
      RunResult result =
          world
              .run(once("gate.handOver:after"), world.settings(MigrationSettings.Mode.AUTO))
              .run(Goal.MIGRATE);
      assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
      workload.stop();
      world.assertRight(workload);
    }
  }

  @Test
  void keepsTheTargetClosedWhileNobodyKnows() {
    World world = new World(folder);
    MigrationSettings settings =
        world
            .settings(MigrationSettings.Mode.AUTO)
            .withRetry(
                new MigrationSettings.Retry(
                    Duration.ofMillis(50), Duration.ofMillis(2), Duration.ofMillis(10), 5));
    MemoryFaults faults =
        (process, point) -> {
          if (point.equals("gate.handOver:after")) {
            world.source.unreachable();
            throw lost(point);
          }
        };
    try (MemoryWorkload workload = world.workload(8)) {
      assertThatThrownBy(() -> world.run(faults, settings).run(Goal.MIGRATE))
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN));
      assertThat(world.target.writable()).isFalse();
      assertThat(world.target.journal().getLast().outcome()).contains(StepOutcome.UNKNOWN);
      world.source.reachable();
      RunResult result = world.run(MemoryFaults.NONE, settings).run(Goal.MIGRATE);
      assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
      workload.stop();
      world.assertRight(workload);
    }
  }

  @Test
  void copiesAgainWhatWasRewrittenMeanwhile() {
    World world = new World(folder);
    AtomicInteger rewrites = new AtomicInteger(4);
    MemoryFaults faults =
        (process, point) -> {
          int drawn = point.equals("copier.copy:after") ? rewrites.getAndDecrement() : 0;
          if (drawn > 0) {
            world.source.rewrite(drawn % 2 == 0 ? World.KEYED : World.ITEMS);
          }
        };
    try (MemoryWorkload workload = world.workload(9)) {
      RunResult result =
          world.run(faults, world.settings(MigrationSettings.Mode.AUTO)).run(Goal.MIGRATE);
      assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
      assertThat(result.status().notes()).anyMatch(n -> n.contains("is copied again"));
      workload.stop();
      world.assertRight(workload);
    }
  }

  @Test
  void copiesAgainWhatWasTruncatedMeanwhile() {
    World world = new World(folder);
    AtomicInteger left = new AtomicInteger(2);
    MemoryFaults faults =
        (process, point) -> {
          // Two copiers come by at a time: each goes by the number that it drew itself.
          int drawn = point.equals("copier.copy:after") ? left.getAndDecrement() : 0;
          if (drawn > 0) {
            world.source.truncate(drawn == 1 ? World.ITEMS : World.KEYED);
          }
        };
    RunResult result =
        world.run(faults, world.settings(MigrationSettings.Mode.AUTO)).run(Goal.MIGRATE);
    assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
    assertThat(world.source.violations()).isEmpty();
    assertThat(world.target.contents()).isEqualTo(world.source.contents());
    assertThat(world.target.contents().get(World.ITEMS)).isEmpty();
    assertThat(world.target.contents().get(World.KEYED)).isEmpty();
  }

  @Test
  void holdsWhileTheSchemaDiffersAndGoesOnWhenItIsPutBack() {
    World world = new World(folder);
    MigrationSettings settings = world.settings(MigrationSettings.Mode.AUTO);
    MigrationRun run = world.run(MemoryFaults.NONE, settings);
    AtomicReference<String> held = new AtomicReference<>("");
    run.addStatusListener(s -> s.held().ifPresent(held::set));
    AtomicBoolean altered = new AtomicBoolean();
    run.addStatusListener(s -> {
      if (s.phase() == PhaseName.COPYING && altered.compareAndSet(false, true)) {
        world.source.alter(World.SMALL, "d2");
      }
    });
    try (MemoryWorkload workload = world.workload(10);
        Background background = new Background(() -> run.run(Goal.MIGRATE), run)) {
      await().until(() -> held.get().contains("public.small"));
      assertThat(world.source.writable()).isTrue();
      world.source.alter(World.SMALL, "d1");
      background.join();
      workload.stop();
      world.assertRight(workload);
    }
  }

  @Test
  void appliesATransactionThatIsLargerThanAnyBatch() {
    World world = new World(folder);
    MigrationSettings settings = world.settings(MigrationSettings.Mode.MANUAL);
    MigrationRun run = world.run(MemoryFaults.NONE, settings);
    try (Background background = new Background(() -> run.run(Goal.MIGRATE), run)) {
      MigrationClient client = world.client(settings);
      awaitPhase(client, PhaseName.READY);
      MemoryTransaction tx = world.source.begin();
      for (long key = 1000; key < 3000; key++) {
        tx.put(World.ITEMS, key, "large-" + key);
      }
      tx.commit();
      assertThat(client.cutoverDryRun().details()).anyMatch(line -> line.startsWith("drain:"));
      await().until(() -> client.cutover(s -> {}).exitCode() == 0);
      background.join();
    }
    assertThat(world.source.violations()).isEmpty();
    assertThat(world.target.contents()).isEqualTo(world.source.contents());
  }

  @Test
  void stopsWhenTheLogIsLost() {
    World world = new World(folder);
    MemoryFaults faults =
        (process, point) -> {
          if (point.equals("schema.finishIndexes:before")) {
            world.source.dropSlot();
            throw lost(point);
          }
        };
    MigrationSettings settings = world.settings(MigrationSettings.Mode.AUTO);
    assertThatThrownBy(() -> world.run(faults, settings).run(Goal.MIGRATE))
        .isInstanceOfSatisfying(
            FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOG_LOST));
    assertThat(world.source.writable()).isTrue();
  }

  @Test
  void refusesACutoverWhileTheFeedStandsStill() {
    World world = new World(folder);
    AtomicBoolean broken = new AtomicBoolean();
    MemoryFaults faults =
        (process, point) -> {
          if (point.equals("source.openFeed") && broken.get()) {
            throw lost(point);
          }
          if (point.equals("feed.poll") && broken.get()) {
            throw lost(point);
          }
        };
    MigrationSettings settings = world.settings(MigrationSettings.Mode.MANUAL);
    MigrationRun run = world.run(faults, settings);
    try (Background background = new Background(() -> run.run(Goal.MIGRATE), run)) {
      MigrationClient client = world.client(settings);
      awaitPhase(client, PhaseName.READY);
      broken.set(true);
      Answer answer = client.cutover(s -> {});
      assertThat(answer.code()).isEqualTo(ErrorCode.CUTOVER_UNDONE.name());
      assertThat(answer.message()).contains("marker");
      assertThat(world.target.journal()).noneMatch(e -> e.step().equals("close-gate"));
      broken.set(false);
      await().until(() -> client.cutover(s -> {}).exitCode() == 0);
      background.join();
    }
  }

  @Test
  void anOldSnapshotTakesNoNewTable() {
    World world = new World(folder);
    MigrationSettings settings = world.settings(MigrationSettings.Mode.AUTO);
    MigrationSettings.Copy copy = settings.copy();
    try (MemoryWorkload workload = world.workload(12)) {
      RunResult result =
          world
              .run(
                  MemoryFaults.NONE,
                  settings.withCopy(
                      new MigrationSettings.Copy(
                          1, 1, Duration.ofMillis(1), copy.chunkBytes(), 100_000)))
              .run(Goal.MIGRATE);
      assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
      workload.stop();
      world.assertRight(workload);
    }
  }

  private static void awaitPhase(MigrationClient client, PhaseName phase) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> client.status().filter(v -> v.status().phase() == phase).isPresent());
  }
}
