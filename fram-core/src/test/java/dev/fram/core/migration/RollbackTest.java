// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.api.traffic.SwitchOutcome;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.core.bus.Answer;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.run.MigrationSettings.Mode;
import dev.fram.core.run.MigrationSettings.Wish;
import dev.fram.testkit.memory.MemoryFaults;
import dev.fram.testkit.memory.MemoryStyle;
import dev.fram.testkit.memory.MemoryWorkload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** There, back, and there again; and what may go wrong on the way back. */
@Timeout(60)
final class RollbackTest {
  @TempDir Path folder;

  /** Looks all the time whether both servers take writes. */
  private static final class Checker implements AutoCloseable {
    private final CopyOnWriteArrayList<String> both = new CopyOnWriteArrayList<>();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;

    Checker(World world) {
      thread = new Thread(() -> look(world), "checker");
      thread.start();
    }

    private void look(World world) {
      while (stop.getCount() > 0) {
        // Before there are tables both are open, and that must not be seen half before, half after.
        boolean begun = !world.target.contents().isEmpty();
        int closings = world.source.closings();
        boolean there = world.source.writable();
        boolean here = world.target.writable();
        // Whoever was open before and never closed since was open in between.
        if (begun && there && here && world.source.closings() == closings) {
          both.add("both servers take writes");
        }
        LockSupport.parkNanos(20_000);
      }
    }

    @Override
    public void close() {
      stop.countDown();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      assertThat(both).isEmpty();
    }
  }

  private static void await(World world, PhaseName phase) {
    MigrationSettings settings = world.reversible(Mode.MANUAL);
    while (world
        .client(settings)
        .status()
        .filter(v -> v.status().phase() == phase)
        .filter(v -> phase != PhaseName.SERVING || v.status().reverse().isPresent())
        .isEmpty()) {
      LockSupport.parkNanos(2_000_000);
    }
  }

  @Test
  void goesBackAndThereAgain() {
    World world = World.reversible(folder);
    MigrationSettings auto = world.reversible(Mode.AUTO);
    try (MemoryWorkload workload = world.workload(7);
        Checker checker = new Checker(world)) {
      MigrationRun first = world.run(MemoryFaults.NONE, auto);
      try (Background run = new Background(() -> first.run(Goal.MIGRATE), first)) {
        await(world, PhaseName.SERVING);
        awaitWrites(workload, world);
        Status.Reverse reverse =
            world.client(auto).status().orElseThrow().status().reverse().orElseThrow();
        assertThat(reverse.leftMillis()).isGreaterThan(0);
        Answer answer = world.client(auto).rollback(s -> {});
        assertThat(answer.exitCode()).as(answer.toString()).isZero();
        run.join();
      }
      assertThat(world.source.writable()).isTrue();
      // With --cutover=auto too: whoever has gone back is asked before it goes there again.
      MigrationRun second = world.run(MemoryFaults.NONE, auto);
      try (Background run = new Background(() -> second.run(Goal.MIGRATE), second)) {
        await(world, PhaseName.READY);
        Answer answer = world.client(auto).cutover(s -> {});
        assertThat(answer.exitCode()).as(answer.toString()).isZero();
        await(world, PhaseName.SERVING);
        awaitWrites(workload, world);
        assertThat(world.client(auto).complete(s -> {}).exitCode()).isZero();
        run.join();
      }
      workload.stop();
      world.assertRight(workload);
      assertThat(checker.both).isEmpty();
    }
    assertThat(world.target.hasTraces()).isFalse();
    assertThat(world.source.hasTraces()).isFalse();
  }

  /** The applications have written to the new server for a while. */
  private static void awaitWrites(MemoryWorkload workload, World world) {
    int before = world.target.server().contents().hashCode();
    while (world.target.server().contents().hashCode() == before || !world.target.writable()) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(workload.errors()).isEmpty();
  }

  private World cutOver() {
    World world = World.reversible(folder);
    world.toReady(world.reversible(Mode.AUTO));
    RunResult result = world.run(MemoryFaults.NONE, world.reversible(Mode.AUTO)).run(Goal.CUTOVER);
    assertThat(result.phase()).isEqualTo(PhaseName.SERVING);
    return world;
  }

  @Test
  void bringsBackWhatWasWrittenWhileNobodyRan() {
    World world = cutOver();
    MigrationSettings settings = world.reversible(Mode.MANUAL);
    try (MemoryWorkload workload = world.workload(3)) {
      awaitWrites(workload, world);
      assertThat(world.run(MemoryFaults.NONE, settings).run(Goal.ROLLBACK).phase())
          .isEqualTo(PhaseName.ROLLED_BACK);
      // Asked again, it is done already.
      assertThat(world.run(MemoryFaults.NONE, settings).run(Goal.ROLLBACK).phase())
          .isEqualTo(PhaseName.ROLLED_BACK);
      workload.stop();
      world.assertBack(workload);
    }
    // Given up there: the old server stays as it is, and nothing is left of the copy.
    assertThat(world.run(MemoryFaults.NONE, settings).run(Goal.CANCEL).phase())
        .isEqualTo(PhaseName.CANCELLED);
    assertThat(world.source.writable()).isTrue();
    assertThat(world.source.hasTraces()).isFalse();
    assertThat(world.target.hasTraces()).isFalse();
    assertThat(world.target.contents()).isEmpty();
  }

  @Test
  void staysOnTheNewServerWhenItsGateCannotBeClosed() {
    World world = cutOver();
    MigrationSettings settings = world.reversible(Mode.MANUAL);
    AtomicInteger gates = new AtomicInteger();
    MemoryFaults once =
        (process, point) -> {
          if (point.equals("gate.frozenAt") && gates.getAndIncrement() == 0) {
            throw new FramException(ErrorCode.CONNECTION_LOST, "target:2: gone for once.", "");
          }
        };
    try (MemoryWorkload workload = world.workload(5)) {
      MigrationRun stays = world.run(once, settings);
      try (Background run = new Background(() -> stays.run(Goal.MIGRATE), stays)) {
        await(world, PhaseName.SERVING);
        Answer undone = world.client(settings).rollback(s -> {});
        assertThat(undone.message()).contains("the new server serves on");
        assertThat(world.target.writable()).isTrue();
        awaitWrites(workload, world);
        Answer answer = world.client(settings).rollback(s -> {});
        assertThat(answer.exitCode()).as(answer.toString()).isZero();
        run.join();
      }
      workload.stop();
      world.assertBack(workload);
    }
  }

  /** The target serves already: a rollback can be asked for, and waits for the traffic. */
  @Test
  void whoAsksForItWhileTheTrafficStillSwitchesGetsIt() throws Exception {
    World world = World.reversible(folder);
    CountDownLatch latch = new CountDownLatch(1);
    MemoryProxy proxy = new MemoryProxy("one", () -> true).redirectsAfter(latch);
    MigrationSettings plain = world.reversible(Mode.AUTO);
    MigrationSettings settings = plain.withTraffic(plain.traffic().withSwitches(List.of(proxy)));
    MigrationRun run = world.run(MemoryFaults.NONE, settings);
    try (MemoryWorkload workload = world.workload(9);
        Background first = new Background(() -> run.run(Goal.MIGRATE), run)) {
      while (world
          .client(settings)
          .status()
          .filter(view -> view.status().phase() == PhaseName.SERVING)
          .isEmpty()) {
        LockSupport.parkNanos(2_000_000);
      }
      CompletableFuture<Answer> back =
          CompletableFuture.supplyAsync(() -> world.client(settings).rollback(s -> {}));
      LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
      latch.countDown();
      Answer answer = back.get(30, TimeUnit.SECONDS);
      assertThat(answer.exitCode()).as(answer.toString()).isZero();
      assertThat(world.source.writable()).as(answer.toString()).isTrue();
      assertThat(world.target.writable()).as(answer.toString()).isFalse();
      first.join();
      workload.stop();
      world.assertBack(workload);
    }
  }

  @Test
  void saysWhatARollbackWouldTakeAndTouchesNothing() {
    World world = cutOver();
    MemoryProxy proxy = new MemoryProxy("one", () -> true);
    MigrationSettings plain = world.reversible(Mode.MANUAL);
    MigrationSettings settings = plain.withTraffic(plain.traffic().withSwitches(List.of(proxy)));
    assertThat(world.client(settings).rollbackDryRun().message()).startsWith("No run is going on.");
    try (MemoryWorkload workload = world.workload(6)) {
      MigrationRun stays = world.run(MemoryFaults.NONE, settings);
      try (Background run = new Background(() -> stays.run(Goal.MIGRATE), stays)) {
        await(world, PhaseName.SERVING);
        awaitWrites(workload, world);
        List<String> told = List.copyOf(proxy.told);
        int journal = world.target.journal().size();
        Answer answer = world.client(settings).rollbackDryRun();
        assertThat(answer.exitCode()).as(answer.toString()).isZero();
        assertThat(answer.message()).isEqualTo("Nothing was touched. A rollback now:");
        assertThat(answer.details())
            .anyMatch(line -> line.startsWith("catch-up: the old server is "))
            .contains(
                "check-traffic: one: would point clients at the target",
                "look-at-tables: would find the new server's tables unchanged",
                "close-gate: would lock every table against writes; nobody stands in the way now",
                "hand-over: would close the new server, in one commit",
                "open-target: would let the applications write to source:1/shop");
        assertThat(proxy.opened)
            .filteredOn(move -> move.direction() == TrafficMove.Direction.BACK)
            .isNotEmpty()
            .allMatch(move -> move.to().address().host().equals("source"));
        assertThat(proxy.told).isEqualTo(told);
        assertThat(world.target.journal()).hasSize(journal);
        assertThat(world.target.writable()).isTrue();
        assertThat(world.source.writable()).isFalse();
        proxy.fails("check", 1, SwitchOutcome.done());
        world.target.server().alter(World.SMALL, "d2");
        assertThat(world.client(settings).rollbackDryRun().details())
            .contains("check-traffic: one: would be refused: is not as it must be.")
            .anyMatch(line -> line.startsWith("look-at-tables: would fail: "));
        world.target.server().alter(World.SMALL, "d1");
        Answer back = world.client(settings).rollback(s -> {});
        assertThat(back.exitCode()).as(back.toString()).isZero();
        run.join();
      }
      workload.stop();
      world.assertBack(workload);
    }
  }

  @Test
  void asksTheNewServerWhenNobodyKnowsWhetherItHasHandedOver() {
    World world = cutOver();
    MigrationSettings settings = world.reversible(Mode.MANUAL);
    MemoryFaults cut =
        (process, point) -> {
          if (point.equals("gate.handOver:after")) {
            world.target.server().unreachable();
            throw new FramException(ErrorCode.CONNECTION_LOST, "target:2: gone.", "");
          }
        };
    try (MemoryWorkload workload = world.workload(11)) {
      assertThatThrownBy(() -> world.run(cut, settings).run(Goal.ROLLBACK))
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN));
      assertThat(world.source.writable()).isFalse();
      assertThat(world.target.writable()).isFalse();
      world.target.server().reachable();
      assertThat(world.run(MemoryFaults.NONE, settings).run(Goal.MIGRATE).phase())
          .isEqualTo(PhaseName.ROLLED_BACK);
      workload.stop();
      world.assertBack(workload);
    }
  }

  @Test
  void refusesToGoBackToTablesThatAreOthersNow() {
    World world = cutOver();
    MigrationSettings settings = world.reversible(Mode.MANUAL);
    world.target.server().alter(World.SMALL, "d2");
    assertThatThrownBy(() -> world.run(MemoryFaults.NONE, settings).run(Goal.ROLLBACK))
        .hasMessageContaining("table public.small was altered");
    assertThat(world.target.writable()).isTrue();
    world.target.server().alter(World.SMALL, "d1");
    assertThat(world.run(MemoryFaults.NONE, settings).run(Goal.ROLLBACK).phase())
        .isEqualTo(PhaseName.ROLLED_BACK);
  }

  @Test
  void refusesAtTheStartWhereThereCanBeNoWayBack() {
    World world = World.reversible(folder);
    world.target.refuseWayBack("target:2/shop: wal_level is \"replica\".");
    MigrationSettings settings = world.reversible(Mode.AUTO);
    assertThatThrownBy(() -> world.run(MemoryFaults.NONE, settings).run(Goal.MIGRATE))
        .hasMessageContaining("wal_level is");
    assertThat(world.run(MemoryFaults.NONE, world.settings(Mode.AUTO)).run(Goal.MIGRATE).phase())
        .isEqualTo(PhaseName.SERVING);
    assertThat(world.target.server().hasTraces()).isFalse();
  }

  @Test
  void doesWithoutAWayBackWhereTheEngineKnowsNone() {
    World world = new World(folder, MemoryStyle.FUZZY);
    MigrationSettings asked = world.reversible(Mode.AUTO);
    assertThatThrownBy(() -> world.run(MemoryFaults.NONE, asked).run(Goal.MIGRATE))
        .isInstanceOfSatisfying(
            FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED));
    MigrationSettings byDefault =
        asked.withReverse(new MigrationSettings.Reverse(Duration.ofHours(1), Wish.WHERE_POSSIBLE));
    assertThat(world.run(MemoryFaults.NONE, byDefault).run(Goal.MIGRATE).phase())
        .isEqualTo(PhaseName.SERVING);
  }

  @Test
  void endsTheWindowAndKeepsNoLogForIt() {
    World world = World.reversible(folder);
    MigrationSettings brief =
        world
            .settings(Mode.AUTO)
            .withReverse(new MigrationSettings.Reverse(Duration.ofMillis(300), Wish.ASKED));
    assertThat(world.run(MemoryFaults.NONE, brief).run(Goal.MIGRATE).phase())
        .isEqualTo(PhaseName.SERVING);
    assertThat(world.target.server().hasTraces()).isFalse();
    assertThatThrownBy(() -> world.run(MemoryFaults.NONE, brief).run(Goal.ROLLBACK))
        .hasMessageContaining("There is no way back");
    assertThat(world.run(MemoryFaults.NONE, brief).run(Goal.COMPLETE).phase())
        .isEqualTo(PhaseName.COMPLETED);
    assertThat(List.of(world.target.hasTraces(), world.source.hasTraces()))
        .containsExactly(false, false);
    assertThat(world.source.writable()).isFalse();
  }
}
