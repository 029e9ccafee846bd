// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.verify.Verification;

/**
 * The first step, and so the last that is undone: from here on nobody but the cutover sets the pace
 * of the apply thread, and no session of the comparison stands in the way.
 */
final class RestComparison implements CutoverStep {
  private final Verification verification;
  private final StopSignal signal;

  RestComparison(Verification verification, StopSignal signal) {
    this.verification = verification;
    this.signal = signal;
  }

  @Override
  public String name() {
    return "rest-comparison";
  }

  @Override
  public String plan() {
    return "would stop comparing for as long as the cutover lasts";
  }

  @Override
  public void act() {
    verification.rest(signal);
  }

  @Override
  public void undo() {
    verification.resume(signal);
  }
}
