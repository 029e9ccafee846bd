// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class SeriesTest {
  @Test
  void staysSmallHoweverLongItLasts() {
    SplittableRandom random = new SplittableRandom(1);
    Series series = Series.empty();
    long now = 1_000_000;
    long most = 0;
    for (int i = 0; i < 6_000; i++) {
      long lag = random.nextInt(100_000);
      most = Math.max(most, lag);
      series = series.plus(new Series.Point(now, 1000, 7, lag));
      assertThat(series.points().size()).isLessThanOrEqualTo(Series.MOST);
      // A process that is gone for hours now and then.
      now += series.intervalMillis() + (random.nextInt(500) == 0 ? 10_000_000 : 0);
    }
    assertThat(series.points().size()).isGreaterThan(Series.MOST / 4);
    assertThat(series.points().getFirst().atMillis()).isEqualTo(1_000_000);
    // A mean of equal values is that value; of lag the worst is kept.
    assertThat(series.points()).allMatch(p -> p.copyBytesPerSecond() == 1000);
    assertThat(series.points().stream().mapToLong(Series.Point::lagMillis).max()).hasValue(most);
    assertThat(series.points())
        .isSortedAccordingTo((a, b) -> Long.compare(a.atMillis(), b.atMillis()));
  }

  @Test
  void nothingButPausesIsThinnedToo() {
    Series series = Series.empty();
    for (int i = 0; i < 3000; i++) {
      series = series.plus(new Series.Point(i * 86_400_000L, 1, 1, -1));
    }
    assertThat(series.points().size()).isLessThanOrEqualTo(Series.MOST);
    assertThat(series.points()).allMatch(p -> p.lagMillis() == -1);
  }
}
