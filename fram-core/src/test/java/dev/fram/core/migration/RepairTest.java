// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.Part;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.Route;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.api.status.Command;
import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.Answer;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.verify.Comparison;
import dev.fram.testkit.memory.MemoryEngine;
import dev.fram.testkit.memory.MemoryFaults;
import dev.fram.testkit.memory.MemoryProcess;
import dev.fram.testkit.memory.MemoryStyle;
import dev.fram.testkit.memory.MemoryTransaction;
import dev.fram.testkit.memory.MemoryWorkload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What somebody has changed on the target is put right while the application writes on. */
@Timeout(180)
final class RepairTest {
  private static final int ROUNDS = Integer.getInteger("fram.repair.rounds", 8);
  private static final long MINE = 99_000_000;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(MemoryStyle.class)
  void healsUnderLoadAndNeverHarms(MemoryStyle style) {
    World world = new World(folder, style);
    MigrationSettings settings = comparing(world, 250);
    Random random = new Random(style.ordinal() + 7L);
    int repaired = 0;
    try (MemoryWorkload workload = world.workload(style.ordinal() * 17L)) {
      MigrationRun run = world.run(MemoryFaults.NONE, settings);
      try (Background background = new Background(() -> run.run(Goal.MIGRATE), run)) {
        MigrationClient client = ready(world, settings);
        for (int round = 0; round < ROUNDS; round++) {
          plant(world, random);
          Answer answer = client.verify(repair(List.of()), status -> {});
          assertThat(answer.exitCode()).as("round " + round + ": " + answer).isZero();
          repaired += answer.details().size();
        }
        Answer answer = client.cutover(status -> {});
        assertThat(answer.exitCode()).as(answer.toString()).isZero();
        background.join();
      }
      workload.stop();
      world.assertRight(workload);
    }
    assertThat(repaired).isGreaterThan(ROUNDS);
  }

  /** Cold rows of every kind, and one that is written all the time. */
  private static void plant(World world, Random random) {
    long cold = 40 + random.nextInt(20);
    world.target.drift(World.ITEMS, cold, Optional.of("planted"));
    world.target.drift(World.KEYED, cold, Optional.empty());
    world.target.drift(World.SMALL, MINE + cold, Optional.of("extra"));
    world.target.contents().getOrDefault(World.ITEMS, Map.of()).keySet().stream()
        .filter(key -> key > 100 && key < MINE)
        .skip(random.nextInt(10))
        .findFirst()
        .ifPresent(key -> world.target.drift(World.ITEMS, key, Optional.of("planted")));
  }

  /** The found difference refuses the cutover until it was repaired and compared once more. */
  @Test
  void theCutoverWaitsForTheRepair() {
    World world = new World(folder);
    MigrationSettings settings = comparing(world, 100);
    running(
        world,
        settings,
        client -> {
          world.target.drift(World.ITEMS, 45, Optional.of("planted"));
          Answer found = client.verify(Comparison.everything(), status -> {});
          assertThat(found.exitCode()).isEqualTo(1);
          assertThat(client.cutover(status -> {}).exitCode()).isEqualTo(4);
          Answer healed = client.verify(repair(List.of()), status -> {});
          assertThat(healed.exitCode()).as(healed.toString()).isZero();
          assertThat(healed.details())
              .containsExactly("repaired: public.items 45: different in value");
          assertThat(world.target.contents()).containsAllEntriesOf(followed(world));
          assertThat(world.target.journal())
              .anyMatch(e ->
                  e.step().equals("repair") && e.detail().equals("1 rows of public.items: 45"));
          Answer done = client.cutover(status -> {});
          assertThat(done.exitCode()).as(done.toString()).isZero();
        });
  }

  /** It was compared and found different; before the feed stands, the application writes it. */
  @ParameterizedTest
  @EnumSource(MemoryStyle.class)
  void aRowThatIsWrittenJustThenIsLeftAlone(MemoryStyle style) {
    World world = new World(folder, style);
    MigrationSettings settings = comparing(world, 100);
    AtomicInteger opened = new AtomicInteger();
    MemoryFaults writes =
        (process, point) -> {
          if (point.equals("repairer.open") && opened.incrementAndGet() == 1) {
            MemoryTransaction tx = world.source.begin();
            tx.put(World.ITEMS, 45, "newer");
            tx.commit();
            await().until(() -> "newer".equals(world.target.contents().get(World.ITEMS).get(45L)));
          }
        };
    MigrationRun run = world.run(writes, settings);
    Background background = new Background(() -> run.run(Goal.MIGRATE), run);
    try (background) {
      MigrationClient client = ready(world, settings);
      world.target.drift(World.ITEMS, 45, Optional.of("planted"));
      Answer answer = client.verify(repair(List.of()), status -> {});
      assertThat(answer.exitCode()).as(answer.toString()).isZero();
      assertThat(opened).hasValue(1);
      assertThat(answer.details()).isEmpty();
      assertThat(world.target.contents().get(World.ITEMS)).containsEntry(45L, "newer");
      assertThat(world.target.journal()).noneMatch(e -> e.step().equals("repair"));
    }
  }

  @Test
  void tooManyStopTheRunAndNothingIsRepaired() {
    World world = new World(folder);
    MigrationSettings settings = comparing(world, 5);
    MigrationRun run = world.run(MemoryFaults.NONE, settings);
    try (Background background = new Background(() -> run.run(Goal.MIGRATE), run)) {
      MigrationClient client = ready(world, settings);
      for (long key = 40; key < 43; key++) {
        world.target.drift(World.ITEMS, key, Optional.of("planted"));
      }
      assertThat(client.verify(repair(List.of()), status -> {}).exitCode()).isZero();
      for (long key = 50; key < 53; key++) {
        world.target.drift(World.KEYED, key, Optional.of("planted"));
      }
      Map<Long, String> before = world.target.contents().get(World.KEYED);
      Answer stopped = client.verify(repair(List.of()), status -> {});
      assertThat(stopped.exitCode()).as(stopped.toString()).isEqualTo(5);
      assertThat(stopped.message()).contains("3 rows differ and 3 were repaired before");
      assertThat(world.target.contents().get(World.KEYED)).isEqualTo(before);
      assertThatThrownBy(background::join)
          .cause()
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ROW_DIVERGENCE));
    }
  }

  @Test
  void onlyTheTablesThatAreNamed() {
    World world = new World(folder);
    MigrationSettings settings = comparing(world, 100);
    running(
        world,
        settings,
        client -> {
          world.target.drift(World.ITEMS, 45, Optional.of("planted"));
          world.target.drift(World.KEYED, 45, Optional.of("planted"));
          Answer answer = client.verify(repair(List.of("*.items", "small")), status -> {});
          assertThat(answer.exitCode()).as(answer.toString()).isZero();
          assertThat(answer.message()).contains("in 2 tables");
          assertThat(answer.details()).hasSize(1);
          assertThat(world.target.contents().get(World.KEYED)).containsEntry(45L, "planted");
          Answer other =
              client.verify(
                  new Comparison(
                      List.of("keyed_orders"),
                      Command.Differences.REPORT,
                      Reveal.DIGESTS_ONLY,
                      Part.WHOLE),
                  status -> {});
          assertThat(other.details()).containsExactly("public.keyed_orders 45: different in value");
          assertThat(client.verify(repair(List.of("nothing*")), status -> {}).exitCode())
              .isEqualTo(2);
        });
  }

  /** The process dies at every step of a repair: the row is as it was or as it must be. */
  @ParameterizedTest
  @EnumSource(MemoryStyle.class)
  void aCrashLeavesTheDifferenceOrTheRightRow(MemoryStyle style) {
    int n = 0;
    // A repair may take fewer steps in one run than in another.
    for (int survived = 0; survived < 3; n++) {
      survived += dies(style, n + 1, "fram-verify-") ? 0 : 1;
    }
    // Intent, write and outcome, before and after each.
    assertThat(n).isGreaterThan(6);
  }

  /** The same for whatever else goes on meanwhile. */
  @Test
  void aCrashOfAnythingElseMeanwhile() {
    for (int n = 1; n < 60; n += 4) {
      dies(MemoryStyle.FUZZY, n, "");
    }
  }

  private boolean dies(MemoryStyle style, int n, String threads) {
    World world = new World(folder, style);
    MigrationSettings settings = comparing(world, 100);
    DieAt faults = new DieAt(n, threads);
    try (MemoryWorkload workload = world.workload(n)) {
      MigrationRun run = world.run(faults, settings);
      Background first = new Background(() -> run.run(Goal.MIGRATE), run);
      try (first) {
        ready(world, settings);
        world.target.drift(World.ITEMS, 45, Optional.of("planted"));
        world.target.drift(World.ITEMS, 46, Optional.empty());
        world.target.drift(World.ITEMS, MINE, Optional.of("extra"));
        faults.arm();
        long order = order(world, "repair\nitems");
        await().atMost(Duration.ofSeconds(30)).until(() -> faults.died() || answered(world, order));
      }
      Map<Long, String> left = world.target.contents().get(World.ITEMS);
      // Rows that are found or free to be written at different times are repaired one after
      // another.
      assertThat(left.get(45L)).isIn("planted", "seed-45");
      assertThat(left.get(46L)).isIn(null, "seed-46");
      assertThat(left.get(MINE)).isIn("extra", null);
      MigrationRun next = world.run(MemoryFaults.NONE, settings);
      try (Background background = new Background(() -> next.run(Goal.MIGRATE), next)) {
        MigrationClient client = ready(world, settings);
        Answer healed = client.verify(repair(List.of()), status -> {});
        assertThat(healed.exitCode()).as(n + ": " + healed).isZero();
        Answer done = client.cutover(status -> {});
        assertThat(done.exitCode()).as(n + ": " + done).isZero();
        background.join();
      }
      workload.stop();
      world.assertRight(workload);
    }
    return faults.died();
  }

  /** Without waiting for the answer of a run that is going to die. */
  private static long order(World world, String words) {
    try (Route route = outside(world)) {
      return route.target().journal().submitCommand(words);
    }
  }

  private static boolean answered(World world, long order) {
    try (Route route = outside(world)) {
      return route.target().journal().commandAnswer(order).isPresent();
    }
  }

  private static Route outside(World world) {
    return new MemoryEngine(world.source, world.target, new MemoryProcess(MemoryFaults.NONE))
        .open(MemoryEngine.request());
  }

  @Test
  void withoutARunNothingIsRepaired() {
    World world = new World(folder);
    MigrationClient client = world.client(comparing(world, 100));
    assertThatThrownBy(() -> client.verify(repair(List.of()), status -> {}))
        .isInstanceOfSatisfying(
            FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PHASE_REFUSES))
        .hasMessageContaining("No fram migrate runs");
  }

  /** Dies at the n-th durable point of some threads, counted from when it is armed. */
  private static final class DieAt implements MemoryFaults {
    private final String threads;
    private final AtomicInteger left;
    private final AtomicInteger armed = new AtomicInteger();

    DieAt(int fatal, String threads) {
      this.left = new AtomicInteger(fatal);
      this.threads = threads;
    }

    void arm() {
      armed.set(1);
    }

    boolean died() {
      return left.get() <= 0;
    }

    @Override
    public void at(MemoryProcess process, String point) {
      boolean counts =
          armed.get() == 1
              && (point.endsWith(":before") || point.endsWith(":after"))
              && Thread.currentThread().getName().startsWith(threads);
      if (counts && left.decrementAndGet() == 0) {
        throw process.crash(point);
      }
    }
  }

  private static Comparison repair(List<String> tables) {
    return new Comparison(tables, Command.Differences.REPAIR, Reveal.DIGESTS_ONLY, Part.WHOLE);
  }

  private static Map<TableId, Map<Long, String>> followed(World world) {
    Map<TableId, Map<Long, String>> rows = world.source.contents();
    rows.keySet().retainAll(World.FOLLOWED);
    return rows;
  }

  private static MigrationSettings comparing(World world, int mostRepairs) {
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
            mostRepairs));
  }

  /** What is asked of a migration that is ready. */
  private interface Asked {
    void of(MigrationClient client);
  }

  private static void running(World world, MigrationSettings settings, Asked asked) {
    MigrationRun run = world.run(MemoryFaults.NONE, settings);
    Background background = new Background(() -> run.run(Goal.MIGRATE), run);
    try (background) {
      asked.of(ready(world, settings));
    }
  }

  private static MigrationClient ready(World world, MigrationSettings settings) {
    MigrationClient client = world.client(settings);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> client.status().filter(v -> v.status().phase() == PhaseName.READY).isPresent());
    return client;
  }
}
