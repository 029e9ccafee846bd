// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.core.run.RunParts;

/** Tells the switches that want to know it that nothing is written on the source any more. */
final class TellFrozen implements CutoverStep {
  private final RunParts parts;
  private final Freeze freeze;

  TellFrozen(RunParts parts, Freeze freeze) {
    this.parts = parts;
    this.freeze = freeze;
  }

  @Override
  public String name() {
    return "after-freeze";
  }

  @Override
  public String plan() {
    return "would tell the hooks that want to know";
  }

  @Override
  public void act() {
    parts.traffic().frozen(freeze.left());
  }
}
