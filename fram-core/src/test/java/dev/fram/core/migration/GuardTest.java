// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.memory.MemoryCrash;
import dev.fram.testkit.memory.MemoryFaults;
import dev.fram.testkit.memory.MemoryWorkload;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The source keeps ever more log: the copy slows, pauses, and in the end lets go of it. */
@Timeout(60)
final class GuardTest {
  private static final long LIMIT = 1_000_000;

  @TempDir Path folder;

  private final AtomicLong kept = new AtomicLong();

  @Test
  void slowsThenPausesThenGoesOnByItself() {
    World world = world(20_000);
    kept.set(100_000);
    List<Status> seen = new CopyOnWriteArrayList<>();
    MigrationRun run = world.run(MemoryFaults.NONE, settings(world, 20_000));
    run.addStatusListener(status -> {
      seen.add(status);
      if (copies(status) && status.guard().isEmpty() && !was(seen, guards("pauses"))) {
        kept.set(550_000);
      } else if (guards("half of its threads").test(status) && !was(seen, guards("pauses"))) {
        kept.set(750_000);
      } else if (count(seen, guards("pauses")) > 30) {
        kept.set(100_000);
      }
    });
    try (MemoryWorkload workload = world.workload(7)) {
      assertThat(run.run(Goal.MIGRATE).phase()).isEqualTo(PhaseName.SERVING);
      workload.stop();
      world.assertRight(workload);
    }
    assertThat(first(seen, guards("half of its threads")))
        .isLessThan(first(seen, guards("pauses")));
    List<Status> paused = seen.stream().filter(guards("pauses")).toList();
    // What was under way comes to its end; after that not a row moves.
    Status still = paused.get(10);
    assertThat(still.copy().tablesCopied()).isLessThan(still.copy().tables());
    assertThat(paused.subList(10, 30)).allMatch(s -> s.copy().rows() == still.copy().rows());
    assertThat(seen.getLast().guard()).isEmpty();
    assertThat(seen.getLast().notes()).anyMatch(n -> n.contains("nothing is held back"));
  }

  /** The disk is nearer than the user's limit, until somebody makes room. */
  @Test
  void halfOfWhatTheDiskCouldHoldIsTheLimit() {
    World world = world(20_000);
    kept.set(100_000);
    AtomicLong free = new AtomicLong(260_000);
    world.source.log().free(free::get);
    List<Status> seen = new CopyOnWriteArrayList<>();
    MigrationRun run = world.run(MemoryFaults.NONE, settings(world, 20_000));
    run.addStatusListener(status -> {
      seen.add(status);
      if (guards("56 % of 180 kB (half of what its disk could hold for us)").test(status)) {
        free.set(100_000_000);
      }
    });
    assertThat(run.run(Goal.MIGRATE).phase()).isEqualTo(PhaseName.SERVING);
    assertThat(first(seen, guards("half of its threads"))).isNotNegative();
    assertThat(seen.getLast().guard()).isEmpty();
    assertThat(seen.getLast().notes()).anyMatch(n -> n.contains("nothing is held back"));
  }

  @Test
  void doesNotHoldTheCopyBackInVain() {
    World world = world(40_000);
    kept.set(700_000);
    // Ever more with each look, whatever the copy does.
    world.source.log().keeps(() -> kept.addAndGet(20));
    List<Status> seen = new CopyOnWriteArrayList<>();
    MigrationRun run = world.run(MemoryFaults.NONE, settings(world, 40_000));
    run.addStatusListener(seen::add);
    assertThat(run.run(Goal.MIGRATE).phase()).isEqualTo(PhaseName.SERVING);
    assertThat(first(seen, guards("the copy pauses")))
        .isLessThan(first(seen, guards("pausing the copy has not lessened it")));
  }

  @Test
  void givesTheLogUpAtTheLimitAndHarmsNobody() {
    World world = world(20_000);
    kept.set(999_999);
    MigrationRun run = world.run(MemoryFaults.NONE, settings(world, 20_000));
    run.addStatusListener(status -> {
      if (guards("pauses").test(status)) {
        kept.set(LIMIT);
      }
    });
    try (MemoryWorkload workload = world.workload(3)) {
      FramException end = catchThrowableOfType(FramException.class, () -> run.run(Goal.MIGRATE));
      assertThat(end.code()).isEqualTo(ErrorCode.SOURCE_GUARDED);
      assertThat(end.category().exitCode()).isEqualTo(3);
      assertThat(end.getMessage()).contains("1.0 MB of log", "--max-retained-log", "fram cancel");
      workload.stop();
      assertThat(workload.errors()).isEmpty();
    }
    assertLetGo(world);
    assertThat(world.run(MemoryFaults.NONE, settings(world, 20_000)).run(Goal.CANCEL).phase())
        .isEqualTo(PhaseName.CANCELLED);
  }

  /**
   * Of all that may hang, the target is the likeliest to make the source keep its log. Nothing of
   * the source's may wait for it: neither the look, nor the end.
   */
  @Test
  void givesTheLogUpAlsoWhileTheTargetDoesNotAnswer() throws Exception {
    World world = world(20_000);
    CountDownLatch again = new CountDownLatch(1);
    AtomicBoolean hangs = new AtomicBoolean();
    MemoryFaults silent =
        (process, where) -> {
          if (hangs.get() && (where.startsWith("journal.") || where.startsWith("applier."))) {
            hold(again);
          }
        };
    kept.set(100_000);
    MigrationRun run = world.run(silent, settings(world, 20_000));
    AtomicReference<Throwable> end = new AtomicReference<>();
    Thread runs =
        Thread.ofPlatform()
            .start(() ->
                end.set(catchThrowableOfType(FramException.class, () -> run.run(Goal.MIGRATE))));
    await().until(() -> run.tables().stream().anyMatch(t -> t.rows() > 0));
    hangs.set(true);
    kept.set(LIMIT);
    await().untilAsserted(() -> assertLetGo(world));
    again.countDown();
    runs.join();
    assertThat(((FramException) end.get()).code())
        .isIn(ErrorCode.SOURCE_GUARDED, ErrorCode.LOG_LOST);
    assertThatThrownBy(
            () -> world.run(MemoryFaults.NONE, settings(world, 20_000)).run(Goal.MIGRATE))
        .isInstanceOfSatisfying(
            FramException.class,
            e -> assertThat(e.code()).isIn(ErrorCode.SOURCE_GUARDED, ErrorCode.LOG_LOST));
  }

  private static void hold(CountDownLatch until) {
    try {
      until.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Before the intent, between it and the act, after the act. */
  @ParameterizedTest
  @ValueSource(strings = {"source.dropFeed:before", "source.dropFeed:after"})
  void aRunThatDiesWhileItGivesUpIsFinishedByTheNext(String point) {
    World world = world(20_000);
    kept.set(LIMIT);
    MemoryFaults dies =
        (process, where) -> {
          if (where.equals(point)) {
            throw process.crash(where);
          }
        };
    MigrationRun run = world.run(dies, settings(world, 20_000));
    assertThatThrownBy(() -> run.run(Goal.MIGRATE)).isInstanceOf(MemoryCrash.class);
    kept.set(0);
    assertThatThrownBy(
            () -> world.run(MemoryFaults.NONE, settings(world, 20_000)).run(Goal.MIGRATE))
        .isInstanceOfSatisfying(
            FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_GUARDED));
    assertLetGo(world);
  }

  private static void assertLetGo(World world) {
    assertThat(world.source.hasTraces()).isFalse();
    assertThat(world.source.writable()).isTrue();
    assertThat(world.source.violations()).isEmpty();
  }

  private World world(long bytesPerSecond) {
    World world = new World(folder.resolve(Long.toString(bytesPerSecond)));
    world.source.log().keeps(kept::get);
    return world;
  }

  /** A copy that is slow enough to be looked at. */
  private static MigrationSettings settings(World world, long bytesPerSecond) {
    return world
        .settings(MigrationSettings.Mode.AUTO)
        .withGuard(
            new MigrationSettings.Guard(
                OptionalLong.of(LIMIT), 0, OptionalLong.of(bytesPerSecond), OptionalInt.empty()));
  }

  private static boolean copies(Status status) {
    return status.phase() == PhaseName.COPYING;
  }

  private static Predicate<Status> guards(String words) {
    return status -> status.guard().filter(s -> s.contains(words)).isPresent();
  }

  private static boolean was(List<Status> seen, Predicate<Status> wanted) {
    return seen.stream().anyMatch(wanted);
  }

  private static long count(List<Status> seen, Predicate<Status> wanted) {
    return seen.stream().filter(wanted).count();
  }

  private static int first(List<Status> seen, Predicate<Status> wanted) {
    for (int i = 0; i < seen.size(); i++) {
      if (wanted.test(seen.get(i))) {
        return i;
      }
    }
    throw new AssertionError("never seen in " + seen.size() + " pictures: " + seen.getLast());
  }
}
