// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.FeedProgress;
import dev.fram.core.stream.Pipeline;
import java.time.Duration;

/**
 * The last thing before writers have to wait: lets the target come as near as it gets. What it is
 * behind when the gate closes is time that the application waits. While the rows were compared
 * nothing was applied, so there may be something. Refuses nothing.
 */
final class Settle implements CutoverStep {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  /** A marker that takes no longer on its way shows a target that keeps up. */
  private static final Duration NEAR = Duration.ofMillis(200);

  private final RunParts parts;
  private final Pipeline pipeline;
  private final StopSignal signal;

  Settle(RunParts parts, Pipeline pipeline, StopSignal signal) {
    this.parts = parts;
    this.pipeline = pipeline;
    this.signal = signal;
  }

  @Override
  public String name() {
    return "settle";
  }

  @Override
  public String plan() {
    return "would let the target catch up, for at most " + LIMIT.toMillis() + " ms";
  }

  @Override
  public void act() {
    pipeline.progress().pace(FeedProgress.Pace.AT_ONCE);
    long end = parts.clock().nanos() + LIMIT.toNanos();
    while (true) {
      long began = parts.clock().nanos();
      Duration left = Duration.ofNanos(end - began);
      if (left.isNegative()
          || !pipeline.progress().awaitDurable(parts.route().source().mark(), left, signal)
          || parts.clock().nanos() - began <= NEAR.toNanos()) {
        return;
      }
    }
  }

  @Override
  public void undo() {
    pipeline.progress().pace(FeedProgress.Pace.FULL_BATCHES);
  }
}
