// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.change.Position;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.Pipeline;
import java.time.Duration;

/** Waits until the target is close behind the source. */
final class CaughtUp {
  private static final Duration LOOK = Duration.ofMillis(20);

  private final RunParts parts;
  private final Pipeline pipeline;

  CaughtUp(RunParts parts, Pipeline pipeline) {
    this.parts = parts;
    this.pipeline = pipeline;
  }

  /**
   * First a marker of this moment must be on the target: a feed that has read nothing yet would
   * look like one that has nothing left. Then the lag must be small.
   *
   * <p>The applier may have been opened anew meanwhile, and a part of a table been copied again
   * with what came after the marker: then the target is whole only behind a later one.
   */
  void await(StopSignal signal) {
    long appliers;
    do {
      appliers = pipeline.appliers();
      Position marker = parts.route().source().mark();
      pipeline.progress().awaitDurable(marker, Duration.ofDays(3650), signal);
    } while (pipeline.appliers() != appliers);
    while (!now()) {
      signal.pause(LOOK);
    }
  }

  boolean now() {
    return pipeline.lag().millis() <= parts.settings().cutover().maxLag().toMillis();
  }
}
