// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.engine.JournalEntry;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Question;
import dev.fram.api.status.Status;
import dev.fram.api.traffic.SwitchOutcome;
import dev.fram.core.bus.Answer;
import dev.fram.core.bus.StatusJson;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.run.MigrationSettings.Mode;
import dev.fram.testkit.memory.MemoryFaults;
import dev.fram.testkit.memory.MemoryStyle;
import dev.fram.testkit.memory.MemoryWorkload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Outcomes that nobody knows, and what comes of a person's answer. */
@Timeout(60)
final class ResolveTest {
  private static final SwitchOutcome UNKNOWN =
      new SwitchOutcome.Unknown("nobody knows what became of it.", "");

  @TempDir Path folder;

  private static MigrationSettings brief(MigrationSettings settings) {
    return settings.withRetry(
        new MigrationSettings.Retry(
            Duration.ofMillis(50), Duration.ofMillis(2), Duration.ofMillis(10), 5));
  }

  /** The hand-over is tried, its answer is lost, and nobody can reach the source any more. */
  private static void loseTheAnswer(World world, MigrationSettings settings, String where) {
    MemoryFaults faults =
        (process, point) -> {
          if (point.equals(where)) {
            world.source.unreachable();
            throw new FramException(ErrorCode.CONNECTION_LOST, "source:1/shop: gone.", "");
          }
        };
    assertAsks(() -> world.run(faults, settings).run(Goal.MIGRATE));
  }

  private static void assertAsks(Runnable run) {
    assertThatThrownBy(run::run)
        .isInstanceOfSatisfying(
            FramException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
              assertThat(e.remedy()).contains("fram resolve ");
            });
  }

  private static Status status(World world, MigrationSettings settings) {
    return world.client(settings).status().orElseThrow().status();
  }

  private static List<String> words(Status status) {
    return status.question().stream()
        .flatMap(q -> q.answers().stream())
        .map(Question.Choice::word)
        .toList();
  }

  private static Optional<JournalEntry> answer(World world) {
    return world.target.journal().stream().filter(e -> e.step().startsWith("resolve ")).findFirst();
  }

  @Test
  void opensTheTargetByWordWhenTheSourceIsGone() {
    World world = new World(folder);
    MemoryProxy proxy = new MemoryProxy("one", () -> true);
    MigrationSettings plain = brief(world.settings(Mode.AUTO));
    MigrationSettings settings = plain.withTraffic(plain.traffic().withSwitches(List.of(proxy)));
    try (MemoryWorkload workload = world.workload(8)) {
      loseTheAnswer(world, settings, "gate.handOver:after");
      Status asked = status(world, settings);
      assertThat(asked.phase()).isEqualTo(PhaseName.NEEDS_OPERATOR);
      assertThat(words(asked)).containsExactly("handed-over", "not-handed-over");
      Question question = asked.question().orElseThrow();
      assertThat(question.known()).contains("target:2/shop has every write", "is closed");
      assertThat(question.unknown()).contains("whether source:1/shop has handed over");
      assertThat(question.asks()).startsWith("Has source:1/shop handed over?");
      assertThat(asked.nextSteps())
          .containsExactly(
              "fram resolve handed-over", "fram resolve not-handed-over", "fram migrate");
      assertThat(StatusJson.write(asked)).contains("\"question\":{\"known\":");
      // Whoever starts it again is asked the same.
      assertAsks(() -> world.run(MemoryFaults.NONE, settings).run(Goal.MIGRATE));
      assertThat(status(world, settings).question()).contains(question);
      assertThat(world.target.writable()).isFalse();
      Answer no = world.client(settings).resolve("yes", s -> {});
      assertThat(no.code()).isEqualTo(ErrorCode.CONFIG_INVALID.name());
      assertThat(answer(world)).isEmpty();

      Answer done = world.client(settings).resolve("handed-over", s -> {});
      assertThat(done.exitCode()).as(done.toString()).isZero();
      assertThat(answer(world).map(JournalEntry::detail)).contains("handed-over");
      assertThat(proxy.leads.get()).isEqualTo(MemoryProxy.Leads.TARGET);
      Status served = status(world, settings);
      assertThat(served.phase()).isEqualTo(PhaseName.SERVING);
      assertThat(served.question()).isEmpty();
      // What is left is done when the source is back.
      world.source.reachable();
      assertThat(world.run(MemoryFaults.NONE, settings).run(Goal.MIGRATE).phase())
          .isEqualTo(PhaseName.SERVING);
      workload.stop();
      world.assertRight(workload);
      assertThat(proxy.told).containsOnlyOnce("redirect");
    }
  }

  @Test
  void staysWithTheSourceByWord() {
    World world = new World(folder);
    MemoryProxy proxy = new MemoryProxy("one", () -> true);
    MigrationSettings plain = brief(world.settings(Mode.AUTO));
    MigrationSettings settings = plain.withTraffic(plain.traffic().withSwitches(List.of(proxy)));
    try (MemoryWorkload workload = world.workload(9)) {
      loseTheAnswer(world, settings, "gate.handOver:before");
      assertThat(proxy.flow.get()).isEqualTo(MemoryProxy.Flow.PAUSED);
      Answer done = world.client(settings).resolve("not-handed-over", s -> {});
      assertThat(done.exitCode()).as(done.toString()).isZero();
      assertThat(answer(world).map(JournalEntry::detail)).contains("not-handed-over");
      assertThat(proxy.flow.get()).isEqualTo(MemoryProxy.Flow.OPEN);
      assertThat(world.target.writable()).isFalse();
      assertThat(status(world, settings).question()).isEmpty();
      assertThat(world.client(settings).resolve("handed-over", s -> {}).code())
          .isEqualTo(ErrorCode.PHASE_REFUSES.name());
      world.source.reachable();
      assertThat(world.run(MemoryFaults.NONE, settings).run(Goal.MIGRATE).phase())
          .isEqualTo(PhaseName.SERVING);
      workload.stop();
      world.assertRight(workload);
    }
  }

  @Test
  void theRegisterCountsWhenItCanBeReadAgain() {
    World world = new World(folder);
    MigrationSettings settings = brief(world.settings(Mode.AUTO));
    try (MemoryWorkload workload = world.workload(10)) {
      loseTheAnswer(world, settings, "gate.handOver:before");
      assertThat(status(world, settings).question()).isPresent();
      world.source.reachable();
      assertThat(status(world, settings).question()).isEmpty();
      Answer other = world.client(settings).resolve("handed-over", s -> {});
      assertThat(other.exitCode()).isEqualTo(3);
      assertThat(other.message()).contains("says itself that it has not handed over");
      assertThat(answer(world)).isEmpty();
      assertThat(status(world, settings).phase()).isEqualTo(PhaseName.READY);
      assertThat(world.source.writable()).isTrue();
      workload.stop();
      assertThat(workload.errors()).isEmpty();
    }
  }

  @Test
  void aWrongWordIsFoundOut() {
    World world = new World(folder);
    MigrationSettings settings = brief(world.settings(Mode.AUTO));
    loseTheAnswer(world, settings, "gate.handOver:before");
    assertThat(world.client(settings).resolve("handed-over", s -> {}).exitCode()).isZero();
    world.source.reachable();
    assertThatThrownBy(() -> world.run(MemoryFaults.NONE, settings).run(Goal.MIGRATE))
        .isInstanceOfSatisfying(
            FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BOTH_OPEN));
  }

  /** Where the hand-over does not close the source in the same commit. */
  @Test
  void aSourceThatCouldNotBeClosedIsClosedAsSoonAsItIsSeen() {
    World world = new World(folder, MemoryStyle.FUZZY);
    MigrationSettings settings = brief(world.settings(Mode.AUTO));
    loseTheAnswer(world, settings, "gate.handOver:after");
    assertThat(world.client(settings).resolve("handed-over", s -> {}).exitCode()).isZero();
    assertThat(world.source.writable()).isTrue();
    world.source.reachable();
    assertThat(world.run(MemoryFaults.NONE, settings).run(Goal.MIGRATE).phase())
        .isEqualTo(PhaseName.SERVING);
    assertThat(world.source.writable()).isFalse();
    assertThat(world.target.writable()).isTrue();
  }

  @Test
  void noWordStandsInForALogThatCannotBeRead() {
    World world = new World(folder, MemoryStyle.FUZZY);
    MigrationSettings settings = brief(world.settings(Mode.AUTO));
    MemoryFaults faults =
        (process, point) -> {
          if (point.equals("source.seal")) {
            world.source.unreachable();
          }
        };
    assertThatThrownBy(() -> world.run(faults, settings).run(Goal.MIGRATE))
        .hasMessageContaining("Can source:1/shop be reached again?");
    assertThat(status(world, settings).question().orElseThrow().answers()).isEmpty();
    assertThat(world.client(settings).resolve("handed-over", s -> {}).exitCode()).isEqualTo(2);
    assertThat(world.target.writable()).isFalse();
    world.source.reachable();
    assertThat(status(world, settings).question()).isEmpty();
    assertThat(world.run(MemoryFaults.NONE, settings).run(Goal.MIGRATE).phase())
        .isEqualTo(PhaseName.SERVING);
  }

  @Test
  void aSwitchThatNobodyKnowsOfWaitsForAWord() {
    for (String word : List.of("switched", "not-switched")) {
      World world = new World(folder);
      MemoryProxy proxy = new MemoryProxy("one", () -> true).fails("redirect", 1, UNKNOWN);
      MigrationSettings plain = world.settings(Mode.AUTO);
      MigrationSettings settings = plain.withTraffic(plain.traffic().withSwitches(List.of(proxy)));
      for (int i = 0; i < 2; i++) {
        assertAsks(() -> world.run(MemoryFaults.NONE, settings).run(Goal.MIGRATE));
      }
      assertThat(proxy.told).containsOnlyOnce("redirect");
      Status asked = status(world, settings);
      assertThat(asked.phase()).isEqualTo(PhaseName.SERVING);
      assertThat(words(asked)).containsExactly("switched", "not-switched");
      assertThat(asked.question().orElseThrow().asks())
          .isEqualTo("Do the applications behind the switch one go to target:2/shop now?");
      Answer done = world.client(settings).resolve(word, s -> {});
      assertThat(done.exitCode()).as(done.toString()).isZero();
      assertThat(answer(world))
          .hasValueSatisfying(e -> {
            assertThat(e.detail()).isEqualTo(word);
            assertThat(e.outcome()).contains(StepOutcome.DONE);
          });
      assertThat(proxy.told.stream().filter("redirect"::equals))
          .hasSize(word.equals("switched") ? 1 : 2);
      assertThat(status(world, settings).question()).isEmpty();
      assertThat(world.run(MemoryFaults.NONE, settings).run(Goal.MIGRATE).phase())
          .isEqualTo(PhaseName.SERVING);
    }
  }
}
