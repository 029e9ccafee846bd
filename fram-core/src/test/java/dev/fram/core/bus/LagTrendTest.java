// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.core.concurrent.Clock;
import org.junit.jupiter.api.Test;

class LagTrendTest {
  private static final long STEP = LagTrend.STEP_MILLIS * 1_000_000;

  private final LagTrend trend = new LagTrend();

  @Test
  void keepsTheHighestOfEachStep() {
    trend.take(0, 5);
    trend.take(STEP - 1, 3);
    trend.take(STEP, 7);
    trend.take(STEP + 1, 9);
    assertThat(trend.picture().values()).containsExactly(5L, 9L);
    assertThat(trend.picture().stepMillis()).isEqualTo(3_000);
  }

  @Test
  void whatNobodySaidAndWhatIsNotKnownAreGaps() {
    trend.take(0, 5);
    trend.take(3 * STEP, -1);
    trend.take(4 * STEP, -1);
    trend.take(4 * STEP + 1, 0);
    assertThat(trend.picture().values()).containsExactly(5L, -1L, -1L, -1L, 0L);
  }

  @Test
  void doesNotGrowHoweverLongItLastsOrStandsStill() {
    for (int i = 0; i < 1000; i++) {
      trend.take(i * STEP, i);
    }
    assertThat(trend.picture().values()).hasSize(LagTrend.MOST).endsWith(998L, 999L);
    trend.take(1_000_000 * STEP, 4);
    assertThat(trend.picture().values()).hasSize(LagTrend.MOST).startsWith(-1L).endsWith(-1L, 4L);
  }

  @Test
  void thePictureHasTheLagOfTheDirectionThatGoesOn() {
    StatusProjector projector = new StatusProjector(Clock.system());
    projector.on(new RunEvent.BacklogMeasured(0, 0, 1));
    assertThat(projector.picture().lagTrend().values()).as("nothing is followed yet").isEmpty();
    projector.on(new RunEvent.PhaseReached(PhaseName.COPYING));
    projector.on(new RunEvent.BacklogMeasured(0, 0, 20));
    assertThat(projector.picture().lagTrend().values()).endsWith(20L);
    projector.on(new RunEvent.ReverseMeasured(1, 300, 2, 3));
    projector.on(new RunEvent.BacklogMeasured(0, 0, 9_000));
    assertThat(projector.picture().lagTrend().values()).containsOnly(300L);
    projector.on(new RunEvent.ReverseEnded());
    assertThat(projector.picture().lagTrend().values()).isEmpty();
  }

  @Test
  void anOlderProgramsPictureHasNone() {
    String json = StatusJson.write(new StatusProjector(Clock.system()).picture());
    assertThat(json).contains("\"lag_trend\":{\"step_millis\":3000,\"values\":[]}");
    String older = json.replaceFirst("\"lag_trend\":\\{[^}]*},", "");
    assertThat(StatusJson.readStatus(older).lagTrend()).isEqualTo(Status.Trend.none());
  }
}
