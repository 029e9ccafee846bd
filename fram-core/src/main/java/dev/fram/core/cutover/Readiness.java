// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.api.change.Position;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.FeedProgress;
import dev.fram.core.stream.Pipeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Asked before anything is touched: is the target close enough, does anybody stand in the way. */
final class Readiness implements CutoverStep {
  private final RunParts parts;
  private final Pipeline pipeline;
  private final Freeze freeze;
  private final StopSignal signal;

  Readiness(RunParts parts, Pipeline pipeline, Freeze freeze, StopSignal signal) {
    this.parts = parts;
    this.pipeline = pipeline;
    this.freeze = freeze;
    this.signal = signal;
  }

  @Override
  public String name() {
    return "readiness";
  }

  @Override
  public String plan() {
    List<String> obstacles = obstacles();
    return obstacles.isEmpty()
        ? "ready: lag " + pipeline.lag().millis() + " ms"
        : "would be refused: " + String.join("; ", obstacles);
  }

  @Override
  public void act() {
    List<String> obstacles = obstacles();
    if (!obstacles.isEmpty()) {
      throw new FramException(
          ErrorCode.CUTOVER_UNDONE,
          "Not ready for the cutover: " + String.join("; ", obstacles) + ".",
          "Nothing was touched; cut over when this is settled.");
    }
    assertFollows();
  }

  /**
   * A feed that is broken and has read nothing shows no lag at all. So a marker is sent through:
   * better to wait for it now than with the writers blocked.
   */
  private void assertFollows() {
    Position marker = parts.route().source().mark();
    Duration limit = parts.settings().cutover().maxLag();
    pipeline.progress().pace(FeedProgress.Pace.AT_ONCE);
    if (!pipeline.progress().awaitDurable(marker, limit, signal)) {
      throw new FramException(
          ErrorCode.CUTOVER_UNDONE,
          "Not ready for the cutover: a marker did not reach the target within "
              + limit.toMillis()
              + " ms.",
          "Nothing was touched; look at fram status, and cut over when the lag is small.");
    }
  }

  @Override
  public void undo() {
    pipeline.progress().pace(FeedProgress.Pace.FULL_BATCHES);
  }

  private List<String> obstacles() {
    List<String> obstacles = new ArrayList<>();
    long maxLag = parts.settings().cutover().maxLag().toMillis();
    if (pipeline.lag().millis() > maxLag) {
      obstacles.add(
          "the lag is " + pipeline.lag().millis() + " ms, at most " + maxLag + " ms is allowed");
    }
    parts.bus().projector().reason().ifPresent(obstacles::add);
    obstacles.addAll(freeze.gate().blockers());
    return obstacles;
  }
}
