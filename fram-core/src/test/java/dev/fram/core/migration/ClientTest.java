// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.Lease;
import dev.fram.api.engine.TargetRoute;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.core.bus.Answer;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.memory.MemoryEngine;
import dev.fram.testkit.memory.MemoryFaults;
import dev.fram.testkit.memory.MemoryProcess;
import dev.fram.testkit.memory.MemoryWorkload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What another process asks, of a run that goes on and of one that does not. */
@Timeout(60)
final class ClientTest {
  @TempDir Path folder;

  private static void awaitReady(MigrationClient client) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> client.status().filter(v -> v.status().phase() == PhaseName.READY).isPresent());
  }

  @Test
  void knowsOfNothingBeforeTheFirstRun() {
    World world = new World(folder);
    MigrationClient client = world.client(world.settings(MigrationSettings.Mode.MANUAL));
    assertThat(client.status()).isEmpty();
    assertThat(client.cutover(s -> {}).code()).isEqualTo(ErrorCode.MIGRATION_MISSING.name());
    // These may be asked for twice.
    assertThat(client.cancel(s -> {}).exitCode()).isZero();
    assertThat(client.complete(s -> {}).message()).contains("knows of no migration");
  }

  @Test
  void stopsResumesCutsOverAndCompletes() {
    World world = new World(folder);
    MigrationSettings settings = world.settings(MigrationSettings.Mode.MANUAL);
    MigrationClient client = world.client(settings);
    try (MemoryWorkload workload = world.workload(21)) {
      MigrationRun first = world.run(MemoryFaults.NONE, settings);
      try (Background background = new Background(() -> first.run(Goal.MIGRATE), first)) {
        awaitReady(client);
        assertThat(client.complete(s -> {}).code()).isEqualTo(ErrorCode.PHASE_REFUSES.name());
        assertThat(client.cutoverDryRun().details()).hasSizeGreaterThan(8);
        assertThat(client.stop().exitCode()).isZero();
        background.join();
      }
      assertThat(world.source.writable()).isTrue();
      assertThat(client.complete(s -> {}).code()).isEqualTo(ErrorCode.PHASE_REFUSES.name());
      // Nobody runs now: the client resumes and does it itself.
      assertThat(client.cutover(s -> {}).exitCode()).isZero();
      workload.stop();
      world.assertRight(workload);
      assertThat(client.cancel(s -> {}).code()).isEqualTo(ErrorCode.PHASE_REFUSES.name());
      assertThat(client.complete(s -> {}).exitCode()).isZero();
      assertThat(world.target.hasTraces()).isFalse();
      assertThat(world.source.hasTraces()).isFalse();
      world.assertRight(workload);
    }
  }

  @Test
  void aPausedRunCopiesNothingAndBeginsNoCutover() {
    World world = new World(folder);
    MigrationSettings settings = world.settings(MigrationSettings.Mode.MANUAL);
    MigrationClient client = world.client(settings);
    MigrationRun run = world.run(MemoryFaults.NONE, settings);
    AtomicReference<Thread> runner = new AtomicReference<>();
    AtomicReference<Answer> paused = new AtomicReference<>();
    List<Status> copying = new CopyOnWriteArrayList<>();
    run.addStatusListener(status -> {
      boolean first = paused.get() == null && status.phase() == PhaseName.PREPARED;
      // In the run's own thread: it goes on to the copy only once the pause has begun.
      if (first && Thread.currentThread().equals(runner.get())) {
        paused.set(client.pause());
      } else if (status.phase() == PhaseName.COPYING && status.paused()) {
        copying.add(status);
      }
    });
    Runnable migrate =
        () -> {
          runner.set(Thread.currentThread());
          run.run(Goal.MIGRATE);
        };
    try (Background background = new Background(migrate, run)) {
      await().atMost(Duration.ofSeconds(40)).until(() -> copying.size() > 30);
      assertThat(paused.get().exitCode()).as(paused.toString()).isZero();
      assertThat(copying).allMatch(status -> status.copy().rows() == 0);
      assertThat(copying.getLast().nextSteps()).contains("fram resume");
      assertThat(client.resume().message()).isEqualTo("It goes on.");
      awaitReady(client);
      assertThat(client.pause().exitCode()).isZero();
      Answer refused = client.cutover(s -> {});
      assertThat(refused.code()).isEqualTo(ErrorCode.CUTOVER_UNDONE.name());
      assertThat(refused.message()).contains(Status.PAUSED, "fram resume");
      assertThat(world.source.writable()).isTrue();
      assertThat(client.resume().exitCode()).isZero();
      assertThat(client.resume().message()).isEqualTo("It was not paused.");
      assertThat(client.cutover(s -> {}).exitCode()).isZero();
      background.join();
    }
    assertThat(client.pause().code()).isEqualTo(ErrorCode.PHASE_REFUSES.name());
  }

  /** Whoever took it to find out would end a run whose session is just being made again. */
  @Test
  void whetherARunGoesOnIsAskedWithoutTakingItsLease() {
    World world = new World(folder);
    MigrationSettings settings = world.settings(MigrationSettings.Mode.MANUAL);
    world.toReady(settings);
    long before = nextEpoch(world);
    Answer nobody = world.client(settings).stop();
    assertThat(nobody.code()).isEqualTo(ErrorCode.PHASE_REFUSES.name());
    assertThat(nextEpoch(world)).isEqualTo(before + 1);
  }

  /** Of a run that would begin now: it takes the lease, and gives it back. */
  private static long nextEpoch(World world) {
    MemoryEngine engine =
        new MemoryEngine(world.source, world.target, new MemoryProcess(MemoryFaults.NONE));
    try (TargetRoute route = engine.openTarget(MemoryEngine.request());
        Lease lease = route.target().lease("a test").orElseThrow()) {
      return lease.epoch();
    }
  }

  @Test
  void cancelsARunThatGoesOn() {
    World world = new World(folder);
    MigrationSettings settings = world.settings(MigrationSettings.Mode.MANUAL);
    MigrationClient client = world.client(settings);
    MigrationRun run = world.run(MemoryFaults.NONE, settings);
    try (MemoryWorkload workload = world.workload(22);
        Background background = new Background(() -> run.run(Goal.MIGRATE), run)) {
      awaitReady(client);
      Answer answer = client.cancel(s -> {});
      assertThat(answer.exitCode()).as(answer.toString()).isZero();
      background.join();
      workload.stop();
      assertThat(workload.errors()).isEmpty();
      assertThat(world.source.writable()).isTrue();
      assertThat(world.target.hasTraces()).isFalse();
      assertThat(client.status()).isEmpty();
    }
  }
}
