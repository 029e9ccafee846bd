// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Up at once, down with patience, and nothing that is of no use. */
final class LadderTest {
  private static final long SECOND = 1_000_000_000L;

  private final Ladder ladder = new Ladder(0.5, 0.7, 3);
  private long now = SECOND;

  @Test
  void climbsInOrderAndEndsAtTheLimit() {
    assertThat(rungs(10, 49, 50, 69, 70, 99, 100))
        .containsExactly(
            Rung.FREE, Rung.FREE, Rung.SLOW, Rung.SLOW, Rung.PAUSED, Rung.PAUSED, Rung.END);
  }

  @Test
  void aLeapIsAnsweredAtOnce() {
    assertThat(rungs(10, 75)).containsExactly(Rung.FREE, Rung.PAUSED);
    assertThat(rungs(120)).containsExactly(Rung.END);
  }

  @Test
  void aLookBelowIsNotEnoughToGoOn() {
    assertThat(rungs(75, 69, 61, 60, 59, 65, 59, 58))
        .containsExactly(
            Rung.PAUSED,
            Rung.PAUSED,
            Rung.PAUSED,
            Rung.PAUSED,
            Rung.PAUSED,
            Rung.PAUSED,
            Rung.PAUSED,
            Rung.SLOW);
    assertThat(rungs(30, 30)).containsExactly(Rung.SLOW, Rung.FREE);
  }

  @Test
  void swayingAroundAThresholdChangesNothing() {
    ladder.take(51, 100, tick());
    for (int i = 0; i < 50; i++) {
      assertThat(ladder.take(i % 2 == 0 ? 45 : 55, 100, tick()).rung()).isEqualTo(Rung.SLOW);
    }
  }

  @Test
  void whatGrowsOnAsBeforeIsNotHeldBack() {
    assertThat(take(60, 65, 70, 75, 80))
        .extracting(Ladder.Step::done)
        .last()
        .isEqualTo(Rung.PAUSED);
    // Three looks after pausing it has grown as before.
    assertThat(take(85))
        .containsExactly(new Ladder.Step(Rung.PAUSED, Ladder.Effect.VAIN))
        .extracting(Ladder.Step::done)
        .containsExactly(Rung.FREE);
    assertThat(take(99)).extracting(Ladder.Step::done).containsExactly(Rung.FREE);
    assertThat(take(100)).extracting(Ladder.Step::done).containsExactly(Rung.END);
  }

  @Test
  void whatGrowsMuchSlowerIsHeldBackOn() {
    assertThat(take(60, 65, 70, 71, 72, 73, 74, 75))
        .last()
        .isEqualTo(new Ladder.Step(Rung.PAUSED, Ladder.Effect.HELPS));
  }

  @Test
  void aLullIsNotTakenForHelpForGood() {
    assertThat(take(60, 65, 70, 70, 70, 71))
        .last()
        .extracting(Ladder.Step::done)
        .isEqualTo(Rung.PAUSED);
    assertThat(take(75, 80, 85)).last().extracting(Ladder.Step::done).isEqualTo(Rung.FREE);
  }

  @Test
  void eachRungIsTriedAnew() {
    assertThat(take(45, 50, 55, 60, 65)).last().extracting(Ladder.Step::done).isEqualTo(Rung.FREE);
    assertThat(take(70)).extracting(Ladder.Step::done).containsExactly(Rung.PAUSED);
  }

  private List<Rung> rungs(long... amounts) {
    return take(amounts).stream().map(Ladder.Step::rung).toList();
  }

  private List<Ladder.Step> take(long... amounts) {
    return Arrays.stream(amounts).mapToObj(a -> ladder.take(a, 100, tick())).toList();
  }

  private long tick() {
    now += SECOND;
    return now;
  }
}
