// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.lag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.core.concurrent.Clock;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lag is a matter of the source's clock alone. */
final class LagMeterTest {
  private static final long HERE = 1_000_000_000;

  private static Clock standing(long millis) {
    return new Clock() {
      @Override
      public long millis() {
        return millis;
      }

      @Override
      public long nanos() {
        return 0;
      }
    };
  }

  @ParameterizedTest
  @ValueSource(longs = {-3_600_000, -1, 0, 5_000, 3_600_000})
  void clocksThatDifferDoNotChangeIt(long ahead) {
    LagMeter lag = new LagMeter(standing(HERE));
    lag.measure(() -> OptionalLong.of(HERE + ahead));
    lag.read(HERE + ahead - 1_500);
    assertThat(lag.millis()).isEqualTo(1_500);
    lag.reset();
    assertThat(lag.millis()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 700})
  void aSourceOnThisMachinesClockIsNotAsked(long late) {
    LagMeter lag = new LagMeter(standing(HERE));
    lag.measure(OptionalLong::empty);
    lag.read(HERE - late);
    assertThat(lag.millis()).isEqualTo(late);
  }
}
