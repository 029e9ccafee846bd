// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.core.run.RunParts;
import dev.fram.core.traffic.Traffic;

/** Holds back the applications' work where a proxy can do that, so that nobody gets an error. */
final class PauseTraffic implements CutoverStep {
  private final RunParts parts;
  private final Freeze freeze;

  PauseTraffic(RunParts parts, Freeze freeze) {
    this.parts = parts;
    this.freeze = freeze;
  }

  @Override
  public String name() {
    return Traffic.PAUSE;
  }

  @Override
  public String plan() {
    return parts.traffic().none()
        ? "nothing is set that could hold back the applications' work"
        : "would hold back the applications' work for at most "
            + parts.settings().traffic().pauseLimit().toMillis()
            + " ms, or step back";
  }

  @Override
  public void act() {
    if (!parts.traffic().none()) {
      freeze.paused(parts.clock().nanos());
      parts.traffic().pause();
    }
  }

  @Override
  public void undo() {
    parts.traffic().undo();
  }
}
