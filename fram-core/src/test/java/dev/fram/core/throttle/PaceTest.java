// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import java.util.OptionalLong;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** How many copy at once, and how fast. */
final class PaceTest {
  private final Pace pace = new Pace(Clock.system(), 4, OptionalLong.empty());

  @Test
  void holdsBackThreadsAndSnapshots() {
    assertThat(pace.allowed()).isEqualTo(4);
    pace.hold(Pace.Hold.HALF);
    assertThat(pace.enter()).isTrue();
    assertThat(pace.enter()).isTrue();
    assertThat(pace.enter()).isFalse();
    assertThat(pace.opens()).isTrue();
    pace.leave();
    assertThat(pace.enter()).isTrue();
    pace.hold(Pace.Hold.CHUNKS);
    pace.leave();
    assertThat(pace.enter()).isFalse();
    assertThat(pace.opens()).isFalse();
    pace.hold(Pace.Hold.SNAPSHOTS);
    assertThat(pace.enter()).isTrue();
    assertThat(pace.opens()).isFalse();
    pace.hold(Pace.Hold.NONE);
    assertThat(pace.allowed()).isEqualTo(4);
  }

  @Test
  void theSlowerOfTwoWishesCounts() {
    pace.workers(1);
    pace.hold(Pace.Hold.HALF);
    assertThat(pace.allowed()).isEqualTo(1);
    pace.workers(4);
    assertThat(pace.allowed()).isEqualTo(2);
    pace.hold(Pace.Hold.CHUNKS);
    assertThat(pace.allowed()).isZero();
  }

  @Test
  void aPauseIsStrongerThanWhatOthersWant() {
    pace.pause();
    pace.hold(Pace.Hold.NONE);
    pace.workers(4);
    assertThat(pace.enter()).isFalse();
    assertThat(pace.opens()).isFalse();
    pace.hold(Pace.Hold.HALF);
    pace.goOn();
    assertThat(pace.allowed()).isEqualTo(2);
    assertThat(pace.opens()).isTrue();
  }

  @Test
  void oneThreadIsLeftWhenItIsSlow() {
    Pace single = new Pace(Clock.system(), 1, OptionalLong.empty());
    single.hold(Pace.Hold.HALF);
    assertThat(single.allowed()).isEqualTo(1);
  }

  /** However fast they come: never more than the rate, from the first byte on. */
  @Test
  void bytesPassNoFasterThanTheyMay() {
    Pace slow = new Pace(Clock.system(), 4, OptionalLong.of(1_000_000));
    long began = System.nanoTime();
    for (int i = 0; i < 30; i++) {
      slow.spend(10_000, new StopSignal());
    }
    assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(299_000_000L);
  }

  @Test
  void halfAtOnceAndOneMoreAfterAWhile() {
    LatencyPace latency = new LatencyPace(8, 2.0, 50);
    assertThat(latency.limitMillis()).isEqualTo(3.0);
    assertThat(takes(latency, 2.9, 3.1, 4, 9, 9)).containsExactly(8, 4, 2, 1, 1);
    assertThat(takes(latency, 2, 2, 2, 2, 2, 2.9)).containsExactly(1, 1, 2, 2, 2, 3);
    assertThat(takes(latency, 2, 2, 3.5)).containsExactly(3, 3, 1);
  }

  @Test
  void whatIsNoiseOnAFastWayIsNoIncrease() {
    assertThat(takes(new LatencyPace(4, 0.05, 50), 0.2, 0.24, 0.26)).containsExactly(4, 4, 2);
  }

  private static int[] takes(LatencyPace latency, double... millis) {
    return DoubleStream.of(millis).mapToInt(latency::take).toArray();
  }
}
