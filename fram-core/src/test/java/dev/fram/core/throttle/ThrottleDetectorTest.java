// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Copies made up from what they cost, with the noise of a shared machine; twenty of each. */
final class ThrottleDetectorTest {
  private static final int RUNS = 20;
  private static final double FULL = 200e6;

  /**
   * A moment's load and limits.
   *
   * @param threads copying threads
   * @param width bytes of a row
   * @param source bytes a second that the source gives to all threads together
   * @param target the same that the target takes
   * @param busy share of their time that the threads copy; the rest goes into beginning tables
   */
  private record Load(int threads, double width, double source, double target, double busy) {
    CopyWindow window(long at, double noise) {
      double sourceRow = 1e-6 + width * Math.max(2e-9, threads / source);
      double targetRow = 1e-6 + width * Math.max(2e-9, threads / target);
      double rows = threads * busy / (sourceRow + targetRow) * noise;
      return new CopyWindow(
          at,
          1,
          Math.round(rows * width),
          Math.round(rows),
          rows * sourceRow / noise,
          rows * targetRow / noise);
    }
  }

  private static final Load USUAL = new Load(4, 200, FULL, FULL, 0.95);

  @ParameterizedTest
  @EnumSource(Throttled.Side.class)
  void aQuarterOfTheBandwidthIsFoundOnItsSide(Throttled.Side side) {
    Load slow =
        switch (side) {
          case SOURCE -> new Load(4, 200, FULL / 8, FULL, 0.95);
          case TARGET -> new Load(4, 200, FULL, FULL / 8, 0.95);
        };
    for (int run = 0; run < RUNS; run++) {
      SplittableRandom random = new SplittableRandom(run);
      int before = random.nextInt(8, 120);
      List<Throttled> found = found(random, new Part(USUAL, before), new Part(slow, 60));
      assertThat(found).hasSize(1);
      assertThat(found.getFirst().side()).isEqualTo(side);
      assertThat(found.getFirst().sinceMillis() / 1000).isBetween(before - 2L, before + 2L);
      assertThat(found.getFirst().after()).isLessThan(found.getFirst().before() / 2);
    }
  }

  @Test
  void anotherTableIsNone() {
    Load wide = new Load(4, 4_000, FULL, FULL, 0.95);
    Load narrow = new Load(4, 30, FULL, FULL, 0.95);
    for (int run = 0; run < RUNS; run++) {
      SplittableRandom random = new SplittableRandom(run);
      assertThat(found(random, new Part(wide, 40), new Part(narrow, 60), new Part(wide, 40)))
          .isEmpty();
      assertThat(found(random, new Part(narrow, 40), new Part(USUAL, 60), new Part(narrow, 40)))
          .isEmpty();
    }
  }

  @Test
  void anotherNumberOfThreadsIsNone() {
    for (int run = 0; run < RUNS; run++) {
      SplittableRandom random = new SplittableRandom(run);
      Load one = new Load(1, 200, FULL, FULL, 0.95);
      assertThat(found(random, new Part(USUAL, 40), new Part(one, 60))).isEmpty();
      assertThat(found(random, new Part(one, 40), new Part(USUAL, 60))).isEmpty();
    }
  }

  @Test
  void manySmallTablesAreNone() {
    Load small = new Load(4, 200, FULL, FULL, 0.05);
    for (int run = 0; run < RUNS; run++) {
      SplittableRandom random = new SplittableRandom(run);
      assertThat(found(random, new Part(USUAL, 40), new Part(small, 60))).isEmpty();
    }
  }

  @Test
  void saysWhoAndWhenAndHowLong() {
    Throttled found =
        new Throttled(
            Throttled.Side.TARGET,
            7_800_000,
            182e6,
            41e6,
            new Throttled.Wait(3, 3.1),
            new Throttled.Wait(12, 92));
    ThrottleVerdict disk =
        new ThrottleVerdict(
            found, OptionalDouble.of(0.4), OptionalDouble.of(0.5), 836_000_000_000L);
    assertThat(disk.cause()).isEqualTo(ThrottleVerdict.Cause.TARGET_WRITE);
    assertThat(disk.sentence())
        .isEqualTo(
            "Throttled: the copy fell from 182 MB/s to 41 MB/s at 02:10:00 UTC without a change of"
                + " its load; it waits for the target's writes (source 3.0 ms before, 3.1 ms now,"
                + " target 12 ms before, 92 ms now a megabyte, round trip 0.40 ms before, 0.50 ms"
                + " now). Look at the target's disk and load; spent burst credits look like this,"
                + " and a larger or faster disk ends it. At this rate 5 h 39 min are left instead"
                + " of 1 h 16 min; more copy jobs will not help.");
    ThrottleVerdict network =
        new ThrottleVerdict(found, OptionalDouble.of(0.4), OptionalDouble.of(80), 1);
    assertThat(network.cause()).isEqualTo(ThrottleVerdict.Cause.TARGET_NETWORK);
    ThrottleVerdict unknown =
        new ThrottleVerdict(found, OptionalDouble.empty(), OptionalDouble.empty(), 1);
    assertThat(unknown.sentence()).contains("round trip unknown");
  }

  /** A load for so many seconds. */
  private record Part(Load load, int seconds) {}

  private static List<Throttled> found(SplittableRandom random, Part... parts) {
    ThrottleDetector detector = new ThrottleDetector();
    List<Throttled> found = new ArrayList<>();
    long at = 0;
    for (Part part : parts) {
      for (int i = 0; i < part.seconds(); i++) {
        detector.take(part.load().window(at, random.nextDouble(0.85, 1.15))).ifPresent(found::add);
        at += 1000;
      }
    }
    return found;
  }
}
