// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import java.time.Duration;
import java.util.Optional;

/**
 * How much is measured.
 *
 * @param time about how long, without the soak
 * @param soak how long the target's disk is written to in addition, to see credits run out
 * @param scratchBytes size of the scratch table on the target
 * @param sampleBytes most bytes that are read of the source's tables
 * @param jobs sessions that read and write at a time: the copy's
 * @param indexJobs indexes that a migration builds at a time
 * @param verifyJobs groups of tables that a migration compares at a time; 0: it compares nothing
 */
public record MeasureSettings(
    Duration time,
    Optional<Duration> soak,
    long scratchBytes,
    long sampleBytes,
    int jobs,
    int indexJobs,
    int verifyJobs) {
  /** The weights of all parts, with some air for opening sessions. */
  private static final int PARTS = 43;

  /** About half a minute, a quarter of a gibibyte. */
  public static MeasureSettings defaults() {
    return new MeasureSettings(
        Duration.ofSeconds(30), Optional.empty(), 256L << 20, 512L << 20, 4, 2, 2);
  }

  /** The time for a part of this weight. */
  Duration share(int weight) {
    return time.multipliedBy(weight).dividedBy(PARTS);
  }
}
