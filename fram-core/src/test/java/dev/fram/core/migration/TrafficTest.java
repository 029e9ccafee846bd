// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.PhaseName;
import dev.fram.api.traffic.SwitchOutcome;
import dev.fram.api.traffic.SwitchOutcome.Again;
import dev.fram.core.bus.Answer;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.traffic.TrafficSettings;
import dev.fram.testkit.memory.MemoryCrash;
import dev.fram.testkit.memory.MemoryFaults;
import dev.fram.testkit.memory.MemoryWorkload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** E4's rows about the traffic: before the hand-over all or none, after it only forward. */
@Timeout(120)
final class TrafficTest {
  /** Of the points where a run may die, in every run of the suite. */
  private static final int EVERY = Integer.getInteger("fram.crash.every", 3);

  private static final SwitchOutcome LATER =
      new SwitchOutcome.NotDone("it does not answer.", "Start it.", Again.LATER);
  private static final SwitchOutcome UNKNOWN =
      new SwitchOutcome.Unknown("nobody knows what became of it.", "");

  @TempDir Path folder;

  private final MemoryProxy one = new MemoryProxy("one", () -> true);
  private final MemoryProxy two = new MemoryProxy("two", () -> true);

  private MigrationSettings settings(World world, MigrationSettings.Mode mode, MemoryProxy... all) {
    MigrationSettings settings = world.settings(mode);
    return settings.withTraffic(settings.traffic().withSwitches(List.of(all)));
  }

  private static void assertServing(MemoryProxy proxy) {
    assertThat(proxy.leads.get()).isEqualTo(MemoryProxy.Leads.TARGET);
    assertThat(proxy.flow.get()).isEqualTo(MemoryProxy.Flow.OPEN);
  }

  private static void assertAsBefore(MemoryProxy proxy) {
    assertThat(proxy.leads.get()).isEqualTo(MemoryProxy.Leads.SOURCE);
    assertThat(proxy.flow.get()).isEqualTo(MemoryProxy.Flow.OPEN);
  }

  @Test
  void everySwitchDoesEveryStepInItsTurn() {
    World world = new World(folder);
    MigrationSettings settings = settings(world, MigrationSettings.Mode.AUTO, one, two);
    try (MemoryWorkload workload = world.workload(31)) {
      RunResult result = world.run(MemoryFaults.NONE, settings).run(Goal.MIGRATE);
      assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
      workload.stop();
      world.assertRight(workload);
    }
    for (MemoryProxy proxy : List.of(one, two)) {
      assertThat(proxy.told).containsExactly("pause", "frozen", "redirect", "resume");
      assertServing(proxy);
    }
  }

  @Test
  void oneThatCannotPauseUndoesAllOfThem() {
    World world = new World(folder);
    two.fails("pause", 1, LATER);
    try (MemoryWorkload workload = world.workload(32)) {
      Answer answer = cutOver(world, settings(world, MigrationSettings.Mode.MANUAL, one, two));
      assertThat(answer.code()).isEqualTo(ErrorCode.CUTOVER_UNDONE.name());
      assertThat(answer.message()).contains("two: it does not answer. Start it.");
      assertThat(world.source.writable()).isTrue();
      workload.stop();
      assertThat(workload.errors()).isEmpty();
    }
    assertAsBefore(one);
    assertAsBefore(two);
    assertThat(one.told).containsExactly("pause", "undo");
  }

  @Test
  void aFailureBehindTheGateUndoesThemToo() {
    World world = new World(folder);
    one.fails("frozen", 1, LATER);
    try (MemoryWorkload workload = world.workload(33)) {
      Answer answer = cutOver(world, settings(world, MigrationSettings.Mode.MANUAL, one, two));
      assertThat(answer.code()).isEqualTo(ErrorCode.CUTOVER_UNDONE.name());
      assertThat(world.source.writable()).isTrue();
      workload.stop();
      assertThat(workload.errors()).isEmpty();
    }
    assertAsBefore(one);
    assertAsBefore(two);
  }

  @Test
  void nothingIsTouchedWhenACheckFails() {
    World world = new World(folder);
    two.fails("check", 2, LATER);
    Answer answer = cutOver(world, settings(world, MigrationSettings.Mode.MANUAL, one, two));
    assertThat(answer.code()).isEqualTo(ErrorCode.CUTOVER_UNDONE.name());
    assertThat(answer.message()).contains("two: is not as it must be.");
    assertThat(one.told).isEmpty();
    assertThat(two.told).isEmpty();
  }

  @Test
  void aSwitchThatWorksLaterIsTriedAgain() {
    World world = new World(folder);
    two.fails("redirect", 1, LATER);
    RunResult result =
        world
            .run(MemoryFaults.NONE, patient(settings(world, MigrationSettings.Mode.AUTO, one, two)))
            .run(Goal.MIGRATE);
    assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
    assertServing(two);
    assertThat(one.told).containsOnlyOnce("redirect");
  }

  @Test
  void halfSwitchedGoesForwardAndIsTold() {
    World world = new World(folder);
    MigrationSettings settings = settings(world, MigrationSettings.Mode.AUTO, one, two);
    two.fails("redirect", Integer.MAX_VALUE, LATER);
    assertThatThrownBy(() -> world.run(MemoryFaults.NONE, settings).run(Goal.MIGRATE))
        .isInstanceOfSatisfying(
            FramException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.HOOK_FAILED);
              assertThat(e.seen()).contains("two: it does not answer.").doesNotContain("one:");
            });
    assertThat(world.target.writable()).isTrue();
    assertThat(world.source.writable()).isFalse();
    assertServing(one);
    two.failures.set(0);
    assertThat(world.run(MemoryFaults.NONE, settings).run(Goal.MIGRATE).phase())
        .isEqualTo(PhaseName.SERVING);
    assertServing(two);
    assertThat(one.told).containsOnlyOnce("redirect");
  }

  @Test
  void anUnknownOutcomeIsNotTriedAgain() {
    World world = new World(folder);
    two.fails("redirect", 1, UNKNOWN);
    MigrationSettings settings = patient(settings(world, MigrationSettings.Mode.AUTO, one, two));
    assertThatThrownBy(() -> world.run(MemoryFaults.NONE, settings).run(Goal.MIGRATE))
        .isInstanceOfSatisfying(
            FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN));
    assertThat(two.told).containsOnlyOnce("redirect");
    assertServing(one);
  }

  /** A process that is killed takes nothing back: the next one has to. */
  @Test
  void aRunThatDiesLeavesNoClientPausedOnceAnotherResumes() {
    List<String> wrong = new ArrayList<>();
    int paused = 0;
    for (int n = 1, survived = 0; survived < 2; n += EVERY) {
      World world = new World(folder);
      AtomicBoolean alive = new AtomicBoolean(true);
      AtomicInteger passed = new AtomicInteger();
      int fatal = n;
      MemoryProxy proxy = new MemoryProxy("proxy", alive::get);
      MemoryFaults faults =
          (process, point) -> {
            // Earlier points are CrashTest's.
            boolean counts = !proxy.told.isEmpty() && point.matches(".*:(before|after)");
            if (counts && passed.incrementAndGet() == fatal) {
              alive.set(false);
              throw process.crash(point);
            }
          };
      MigrationSettings settings = settings(world, MigrationSettings.Mode.AUTO, proxy);
      try (MemoryWorkload workload = world.workload(n)) {
        try {
          world.run(faults, settings).run(Goal.MIGRATE);
        } catch (MemoryCrash e) {
          // It has died: exactly what this is about.
        }
        survived += alive.get() ? 1 : 0;
        paused += proxy.flow.get() == MemoryProxy.Flow.PAUSED ? 1 : 0;
        alive.set(true);
        RunResult result = world.run(MemoryFaults.NONE, settings).run(Goal.MIGRATE);
        assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
        assertServing(proxy);
        workload.stop();
        world.assertRight(workload);
      } catch (AssertionError | RuntimeException e) {
        wrong.add(n + ": " + e);
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(paused).isGreaterThan(3 / EVERY);
  }

  @Test
  void aCancelAfterARunDiedPausedLetsClientsGoOn() {
    World world = new World(folder);
    AtomicBoolean alive = new AtomicBoolean(true);
    MemoryProxy proxy = new MemoryProxy("proxy", alive::get);
    MemoryFaults faults =
        (process, point) -> {
          if (proxy.flow.get() == MemoryProxy.Flow.PAUSED && alive.getAndSet(false)) {
            throw process.crash(point);
          }
        };
    MigrationSettings settings = settings(world, MigrationSettings.Mode.AUTO, proxy);
    assertThatThrownBy(() -> world.run(faults, settings).run(Goal.MIGRATE))
        .isInstanceOf(MemoryCrash.class);
    alive.set(true);
    assertThat(proxy.flow.get()).isEqualTo(MemoryProxy.Flow.PAUSED);
    assertThat(world.client(settings).cancel(s -> {}).exitCode()).isZero();
    assertAsBefore(proxy);
    assertThat(world.source.writable()).isTrue();
  }

  private MigrationSettings patient(MigrationSettings settings) {
    return settings.withTraffic(
        new TrafficSettings(
            settings.traffic().switches(),
            settings.traffic().pauseLimit(),
            Duration.ofSeconds(10),
            settings.traffic().probe()));
  }

  private Answer cutOver(World world, MigrationSettings settings) {
    MigrationRun run = world.run(MemoryFaults.NONE, settings);
    MigrationClient client = world.client(settings);
    try (Background background = new Background(() -> run.run(Goal.MIGRATE), run)) {
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> client.status().filter(v -> v.status().phase() == PhaseName.READY).isPresent());
      Answer answer = client.cutover(s -> {});
      client.stop();
      background.join();
      return answer;
    }
  }
}
