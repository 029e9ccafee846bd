// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.report;

import dev.fram.core.probe.Forecast;
import dev.fram.core.probe.TimeRange;
import java.util.List;
import java.util.Optional;

/**
 * A forecast as it is kept with the migration.
 *
 * @param measuredMillis when it was made, milliseconds since 1970
 * @param evidence where its numbers come from
 */
public record Foresight(
    long measuredMillis,
    Optional<TimeRange> copy,
    Optional<TimeRange> index,
    Optional<TimeRange> copyAndIndex,
    Optional<TimeRange> catchUp,
    Optional<TimeRange> verify,
    Optional<TimeRange> freeze,
    List<String> evidence) {
  /** Under this name it is kept on the target. */
  public static final String NAME = "forecast";

  public static Foresight of(Forecast forecast, long nowMillis) {
    return new Foresight(
        nowMillis,
        forecast.copy(),
        forecast.index(),
        forecast.copyAndIndex(),
        forecast.catchUp(),
        forecast.verify(),
        forecast.freeze(),
        forecast.evidence());
  }
}
