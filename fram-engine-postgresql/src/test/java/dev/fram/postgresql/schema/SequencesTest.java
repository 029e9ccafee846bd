// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.model.TableId;
import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SequencesTest {
  private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

  @Test
  void theMarginIsWhatAllSessionsCouldTake() {
    assertThat(beyond(1, 1, MAX, 1000, 50, 200)).isEqualTo(1000 + 50 * 200);
    assertThat(beyond(1, 1, MAX, 1000, 1, 10)).isEqualTo(1000 + 100);
    assertThat(beyond(5, 1, MAX, 1000, 1, 200)).isEqualTo(1000 + 5 * 200);
  }

  @Test
  void aDescendingSequenceGoesDown() {
    assertThat(beyond(-3, Long.MIN_VALUE, BigInteger.TEN, 4, 1, 100)).isEqualTo(4 - 300);
  }

  @Test
  void nearItsEndHalfOfTheRestStays() {
    assertThat(beyond(1, 1, BigInteger.valueOf(32767), 32700, 1, 100)).isEqualTo(32700 + 33);
    assertThat(beyond(1, 1, BigInteger.valueOf(32767), 32767, 1, 100)).isEqualTo(32767);
    assertThat(beyond(1, 1, MAX, Long.MAX_VALUE - 10, 1, 100)).isEqualTo(Long.MAX_VALUE - 5);
    assertThat(beyond(-1, Long.MIN_VALUE, MAX, Long.MIN_VALUE + 1, 1, 100))
        .isEqualTo(Long.MIN_VALUE + 1);
  }

  @Test
  void itNeverLeavesItsBoundsAndNeverGoesBack() {
    Random random = new Random(42);
    for (int i = 0; i < 20_000; i++) {
      BigInteger a = BigInteger.valueOf(random.nextLong());
      BigInteger b = BigInteger.valueOf(random.nextLong());
      BigInteger low = a.min(b);
      BigInteger high = a.max(b);
      BigInteger last = low.add(high.subtract(low).shiftRight(random.nextInt(1, 64)));
      long step = random.nextInt(1, 1000) * (random.nextBoolean() ? 1L : -1L);
      Sequences.Definition sequence =
          new Sequences.Definition(
              new TableId("s", "q"), low, high, BigInteger.valueOf(step), random.nextInt(1, 500));
      BigInteger value =
          Sequences.beyond(new Sequences.Reading(sequence, last, true), random.nextInt(1, 5000));
      assertThat(value).isBetween(low, high);
      assertThat(value.subtract(last).signum() * Long.signum(step)).isNotNegative();
      assertThat(value.subtract(last).mod(BigInteger.valueOf(Math.abs(step)))).isZero();
    }
  }

  private static long beyond(
      long step, long minimum, BigInteger maximum, long last, long cache, int sessions) {
    Sequences.Definition sequence =
        new Sequences.Definition(
            new TableId("s", "q"),
            BigInteger.valueOf(minimum),
            maximum,
            BigInteger.valueOf(step),
            cache);
    return Sequences.beyond(
            new Sequences.Reading(sequence, BigInteger.valueOf(last), true), sessions)
        .longValueExact();
  }
}
