// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.core.run.RunParts;
import java.time.Duration;

/** Starts measuring what a client sees, before anything is touched that it could see. */
final class StartProbe implements CutoverStep {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final RunParts parts;

  StartProbe(RunParts parts) {
    this.parts = parts;
  }

  @Override
  public String name() {
    return "start-probe";
  }

  @Override
  public String plan() {
    return parts.probe().plan();
  }

  @Override
  public void act() {
    parts.probe().begin(LIMIT);
  }

  @Override
  public void undo() {
    parts.probe().close();
  }
}
