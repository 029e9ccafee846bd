// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.Answer;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.verify.Comparison;
import dev.fram.testkit.memory.MemoryFaults;
import dev.fram.testkit.memory.MemoryStyle;
import dev.fram.testkit.memory.MemoryTransaction;
import dev.fram.testkit.memory.MemoryWorkload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both sides are compared while writes go on, and nothing is cut over that differs. */
@Timeout(120)
final class VerifyTest {
  private static final int ROUNDS = Integer.getInteger("fram.verify.rounds", 15);

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(MemoryStyle.class)
  void noRowIsCalledDifferentThatIsOnlyBeingWritten(MemoryStyle style) {
    World world = new World(folder, style);
    MigrationSettings settings = comparing(world);
    try (MemoryWorkload workload = world.workload(style.ordinal() * 31L)) {
      MigrationRun run = world.run(MemoryFaults.NONE, settings);
      try (Background background = new Background(() -> run.run(Goal.MIGRATE), run)) {
        MigrationClient client = client(world, settings);
        for (int round = 0; round < ROUNDS; round++) {
          Answer answer = client.verify(Comparison.everything(), status -> {});
          assertThat(answer.exitCode()).as("round " + round + ": " + answer).isZero();
        }
        Answer answer = client.cutover(status -> {});
        assertThat(answer.exitCode()).as(answer.toString()).isZero();
        background.join();
      }
      workload.stop();
      world.assertRight(workload);
    }
  }

  @Test
  void whatDiffersIsNamedAndKeepsTheCutoverAway() {
    World world = new World(folder);
    running(
        world,
        comparing(world),
        client -> {
          String changed = world.target.contents().get(World.ITEMS).get(5L);
          String missing = world.target.contents().get(World.KEYED).get(7L);
          world.target.drift(World.ITEMS, 5, Optional.of("planted"));
          world.target.drift(World.KEYED, 7, Optional.empty());
          world.target.drift(World.SMALL, 999_999, Optional.of("extra"));
          Answer found = client.verify(Comparison.everything(), status -> {});
          assertThat(found.exitCode()).isEqualTo(1);
          assertThat(found.details())
              .containsExactlyInAnyOrder(
                  "public.items 5: different in value",
                  "public.keyed_orders 7: missing on the target",
                  "public.small 999999: only on the target");
          Answer refused = client.cutover(status -> {});
          assertThat(refused.exitCode()).isEqualTo(4);
          assertThat(refused.message()).contains("3 rows in 3 tables");
          assertThat(world.source.writable()).isTrue();
          assertThat(world.target.writable()).isFalse();

          world.target.drift(World.ITEMS, 5, Optional.of(changed));
          world.target.drift(World.KEYED, 7, Optional.of(missing));
          world.target.drift(World.SMALL, 999_999, Optional.empty());
          assertThat(client.verify(Comparison.everything(), status -> {}).exitCode()).isZero();
          Answer done = client.cutover(status -> {});
          assertThat(done.exitCode()).as(done.toString()).isZero();
        });
  }

  /** The row was proven, and written since: it must be compared once more. */
  @Test
  void aRowThatWasWrittenSinceIsComparedAgain() {
    World world = new World(folder);
    MigrationSettings settings = lazy(world, 10_000);
    running(
        world,
        settings,
        client -> {
          write(world, 5, "later");
          await().until(() -> "later".equals(world.target.contents().get(World.ITEMS).get(5L)));
          world.target.drift(World.ITEMS, 5, Optional.of("planted"));
          Answer refused = client.cutover(status -> {});
          assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
          assertThat(refused.message()).contains("1 rows in 1 tables");
          assertThat(world.source.writable()).isTrue();
        });
  }

  /**
   * A comparison of what was written breaks off: it is still to be proven, and is not forgotten.
   */
  @Test
  void whatABrokenComparisonWasToProveIsStillToBeProven() {
    World world = new World(folder);
    MigrationSettings settings = lazy(world, 10_000);
    AtomicInteger broken = new AtomicInteger();
    MemoryFaults once =
        (process, point) -> {
          if (point.equals("digests.keys") && broken.incrementAndGet() == 1) {
            throw new FramException(ErrorCode.CONNECTION_LOST, "source: the session ended.", "");
          }
        };
    MigrationRun run = world.run(once, settings);
    Background background = new Background(() -> run.run(Goal.MIGRATE), run);
    try (background) {
      MigrationClient client = client(world, settings);
      // So many rows that few of them are looked up by their keys.
      for (long key = 0; key < 60; key++) {
        write(world, key, "later");
      }
      await().until(() -> "later".equals(world.target.contents().get(World.ITEMS).get(59L)));
      assertThat(client.verify(Comparison.everything(), status -> {}).exitCode()).isZero();
      write(world, 5, "last");
      await().until(() -> "last".equals(world.target.contents().get(World.ITEMS).get(5L)));
      world.target.drift(World.ITEMS, 5, Optional.of("planted"));
      Answer first = client.cutover(status -> {});
      assertThat(first.exitCode()).as(first.toString()).isEqualTo(4);
      assertThat(broken).hasPositiveValue();
      assertThat(first.message()).doesNotContain("1 rows in 1 tables");
      Answer second = client.cutover(status -> {});
      assertThat(second.exitCode()).as(second.toString()).isEqualTo(4);
      assertThat(second.message()).contains("1 rows in 1 tables");
      assertThat(world.source.writable()).isTrue();
    }
  }

  /** Whatever differs in a table whose keys did not fit is found as well. */
  @Test
  void aTableWhoseKeysDoNotFitIsComparedWhole() {
    World world = new World(folder);
    running(
        world,
        lazy(world, 2),
        client -> {
          for (int key = 0; key < 5; key++) {
            write(world, key, "later");
          }
          await().until(() -> "later".equals(world.target.contents().get(World.ITEMS).get(4L)));
          world.target.drift(World.ITEMS, 50, Optional.of("planted"));
          Answer refused = client.cutover(status -> {});
          assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
          assertThat(refused.message()).contains("1 rows in 1 tables");
          assertThat(world.source.writable()).isTrue();
        });
  }

  @Test
  void aLastProofThatWouldTakeTooLongIsRefusedBeforeAnythingIsFrozen() {
    World world = new World(folder);
    MigrationSettings settings = lazy(world, 2);
    MigrationSettings.Cutover c = settings.cutover();
    MigrationSettings hasty =
        settings.withCutover(
            new MigrationSettings.Cutover(
                c.mode(), Duration.ofMillis(80), c.maxLag(), c.attempts()));
    running(
        world,
        hasty,
        client -> {
          for (int key = 0; key < 5; key++) {
            write(world, key, "later");
          }
          await().until(() -> "later".equals(world.target.contents().get(World.ITEMS).get(4L)));
          Answer refused = client.cutover(status -> {});
          assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
          assertThat(refused.message()).contains("comparing what is not proven yet may take");
          assertThat(world.source.writable()).isTrue();
          assertThat(
                  client
                      .status()
                      .orElseThrow()
                      .status()
                      .cutover()
                      .map(tried -> tried.attempts())
                      .orElse(0))
              .isZero();
        });
  }

  /** It stands in the log and on the target, but on the source nobody sees it yet. */
  @Test
  void aCommitThatIsNotVisibleYetIsNoDifference() {
    World world = new World(folder);
    MemoryTransaction[] late = new MemoryTransaction[1];
    running(
        world,
        comparing(world),
        client -> {
          late[0] = applyUnseen(world);
          assertEqualOnceVisible(client, late[0]);
        });
  }

  /** The run that has applied it is gone, and this one has not seen it in its feed. */
  @Test
  void norIsOneThatAnEarlierRunHasApplied() {
    World world = new World(folder);
    MemoryTransaction[] late = new MemoryTransaction[1];
    running(world, comparing(world), client -> late[0] = applyUnseen(world));
    running(world, comparing(world), client -> assertEqualOnceVisible(client, late[0]));
  }

  private static MemoryTransaction applyUnseen(World world) {
    MemoryTransaction late = world.source.begin();
    late.put(World.ITEMS, 5, "late");
    late.writeCommit();
    await().until(() -> "late".equals(world.target.contents().get(World.ITEMS).get(5L)));
    return late;
  }

  private static void assertEqualOnceVisible(MigrationClient client, MemoryTransaction late) {
    CompletableFuture<Answer> answer =
        CompletableFuture.supplyAsync(() -> client.verify(Comparison.everything(), s -> {}));
    Optional<Answer> early =
        answer
            .thenApply(Optional::of)
            .completeOnTimeout(Optional.empty(), 300, TimeUnit.MILLISECONDS)
            .join();
    assertThat(early).isEmpty();
    late.becomeVisible();
    assertThat(answer.join().exitCode()).as(answer.join().toString()).isZero();
  }

  @Test
  void acceptedDifferencesDoNotStopTheCutover() {
    World world = new World(folder);
    running(
        world,
        accepting(world),
        client -> {
          world.target.drift(World.ITEMS, 5, Optional.of("planted"));
          assertThat(client.verify(Comparison.everything(), status -> {}).exitCode()).isEqualTo(1);
          // It is done, and the exit code says that something was left behind.
          Answer done = client.cutover(status -> {});
          assertThat(done.exitCode()).as(done.toString()).isEqualTo(1);
          assertThat(done.message()).contains("serves").contains("public.items: rows differ");
          assertThat(world.target.writable()).isTrue();
        });
  }

  static MigrationSettings accepting(World world) {
    MigrationSettings settings = comparing(world);
    MigrationSettings.Verify v = settings.verify();
    return settings.withVerify(
        new MigrationSettings.Verify(
            v.mode(),
            v.jobs(),
            v.share(),
            v.groupBytes(),
            v.again(),
            v.ledgerKeys(),
            MigrationSettings.Differences.ACCEPT,
            v.mostRepairs()));
  }

  static MigrationSettings comparing(World world) {
    MigrationSettings settings = world.settings(MigrationSettings.Mode.MANUAL);
    MigrationSettings.Verify v = settings.verify();
    return settings.withVerify(
        new MigrationSettings.Verify(
            MigrationSettings.VerifyMode.CONTINUOUS,
            v.jobs(),
            v.share(),
            v.groupBytes(),
            v.again(),
            v.ledgerKeys(),
            v.differences(),
            v.mostRepairs()));
  }

  /** Nothing is compared again by itself; so many keys are remembered. */
  private static MigrationSettings lazy(World world, int keys) {
    MigrationSettings settings = comparing(world);
    MigrationSettings.Verify v = settings.verify();
    return settings.withVerify(
        new MigrationSettings.Verify(
            v.mode(),
            v.jobs(),
            v.share(),
            v.groupBytes(),
            Duration.ofHours(1),
            keys,
            v.differences(),
            v.mostRepairs()));
  }

  private static void write(World world, long key, String value) {
    MemoryTransaction tx = world.source.begin();
    tx.put(World.ITEMS, key, value);
    tx.commit();
  }

  private static void running(
      World world, MigrationSettings settings, Consumer<MigrationClient> test) {
    MigrationRun run = world.run(MemoryFaults.NONE, settings);
    CountDownLatch ready = new CountDownLatch(1);
    run.addStatusListener(status -> {
      if (status.phase() == PhaseName.READY) {
        ready.countDown();
      }
    });
    Background background = new Background(() -> run.run(Goal.MIGRATE), run);
    try (background) {
      // What is published may be an earlier run's still.
      await().atMost(Duration.ofSeconds(60)).until(() -> ready.getCount() == 0);
      test.accept(client(world, settings));
    }
  }

  /** Waits until every table has been compared once. */
  private static MigrationClient client(World world, MigrationSettings settings) {
    MigrationClient client = world.client(settings);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() ->
            client
                .status()
                .filter(v -> v.running() && v.status().phase() == PhaseName.READY)
                .isPresent());
    return client;
  }
}
