// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.FeedProgress;
import dev.fram.core.stream.Pipeline;
import java.time.Duration;

/**
 * Reads the position after the gate has closed, never before, and waits until everything up to it
 * is durable on the target. From then on nothing is applied: the next steps add what changes that
 * are applied must not meet.
 */
final class Drain implements CutoverStep {
  private final RunParts parts;
  private final Pipeline pipeline;
  private final Freeze freeze;
  private final StopSignal signal;

  Drain(RunParts parts, Pipeline pipeline, Freeze freeze, StopSignal signal) {
    this.parts = parts;
    this.pipeline = pipeline;
    this.freeze = freeze;
    this.signal = signal;
  }

  @Override
  public String name() {
    return "drain";
  }

  @Override
  public String plan() {
    return "would apply what is left: "
        + pipeline.lag().millis()
        + " ms and "
        + pipeline.backlogBytes()
        + " bytes behind now";
  }

  @Override
  public void act() {
    freeze.frozenAt(freeze.gate().frozenAt());
    pipeline.progress().pace(FeedProgress.Pace.AT_ONCE);
    Duration limit = freeze.left();
    if (!pipeline.progress().awaitDurable(freeze.frozenAt(), limit, signal)) {
      throw new FramException(
          ErrorCode.CUTOVER_UNDONE,
          "The target did not reach position "
              + freeze.frozenAt().text()
              + " within the "
              + parts.settings().cutover().writeBlockBudget().toMillis()
              + " ms that writes may be blocked.",
          "Wait until the lag is smaller, or raise the write-block budget.");
    }
    pipeline.progress().pace(FeedProgress.Pace.HOLD);
  }

  @Override
  public void undo() {
    pipeline.progress().pace(FeedProgress.Pace.FULL_BATCHES);
  }
}
