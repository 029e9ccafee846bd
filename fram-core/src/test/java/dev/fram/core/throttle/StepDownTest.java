// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Series with and without a lasting fall, under noise like that of a shared machine. */
final class StepDownTest {
  private static final int SERIES = 200;

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.25, 0.4})
  void findsALastingFallWhereItIs(double left) {
    SplittableRandom random = new SplittableRandom(7);
    for (int n = 0; n < SERIES; n++) {
      int before = random.nextInt(6, 60);
      int after = random.nextInt(4, 30);
      double[] values = new double[before + after];
      for (int i = 0; i < values.length; i++) {
        values[i] = 180 * (i < before ? 1 : left) * random.nextDouble(0.85, 1.15);
      }
      StepDown found = StepDown.in(values, 3).orElseThrow();
      assertThat(found.at()).isEqualTo(before);
      assertThat(found.before()).isBetween(150.0, 210.0);
      assertThat(found.after()).isBetween(150 * left, 210 * left);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.25, 0.33})
  void noiseIsNone(double noise) {
    SplittableRandom random = new SplittableRandom(11);
    for (int n = 0; n < SERIES; n++) {
      double[] values =
          random.doubles(random.nextInt(6, 90), 1 - noise, 1 + noise).map(v -> 100 * v).toArray();
      assertThat(StepDown.in(values, 4)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void afewSlowMomentsAreNone(int slow) {
    double[] values = new double[40];
    for (int i = 0; i < values.length; i++) {
      values[i] = i >= values.length - slow ? 1 : 100 + i % 5;
    }
    assertThat(StepDown.in(values, 3)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(doubles = {1.5, 3, 10})
  void aRiseIsNone(double factor) {
    double[] values = new double[40];
    for (int i = 0; i < values.length; i++) {
      values[i] = 100 * (i < 20 ? 1 : factor) + i % 7;
    }
    assertThat(StepDown.in(values, 3)).isEmpty();
  }
}
