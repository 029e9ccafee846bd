// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.Pipeline;
import java.util.ArrayList;
import java.util.List;

/** Asked before anything is touched: is the target close enough, does anybody stand in the way. */
final class Readiness implements CutoverStep {
  private final RunParts parts;
  private final Pipeline pipeline;
  private final Freeze freeze;

  Readiness(RunParts parts, Pipeline pipeline, Freeze freeze) {
    this.parts = parts;
    this.pipeline = pipeline;
    this.freeze = freeze;
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
