// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GapMeterTest {
  private static final long MS = 1_000_000;

  @Test
  void theLongestTimeBetweenTwoSuccessesCounts() {
    GapMeter meter = new GapMeter();
    meter.success(1_000 * MS);
    meter.success(1_007 * MS);
    meter.failure("CONNECTION_LOST");
    meter.success(1_250 * MS);
    meter.success(1_255 * MS);
    assertThat(meter.longestMillis(1_256 * MS)).isEqualTo(243);
    assertThat(meter.successes()).isEqualTo(4);
    assertThat(meter.failures()).isEqualTo(1);
    assertThat(meter.lastFailure()).isEqualTo("CONNECTION_LOST");
  }

  @Test
  void aGapThatLastsCountsAsFarAsItHasCome() {
    GapMeter meter = new GapMeter();
    meter.success(1_000 * MS);
    meter.success(1_005 * MS);
    assertThat(meter.longestMillis(9_005 * MS)).isEqualTo(8_000);
  }

  @Test
  void whatCameBeforeTheFirstSuccessIsNoGap() {
    GapMeter meter = new GapMeter();
    assertThat(meter.longestMillis(5_000 * MS)).isZero();
    meter.success(9_000 * MS);
    assertThat(meter.longestMillis(9_001 * MS)).isEqualTo(1);
  }
}
