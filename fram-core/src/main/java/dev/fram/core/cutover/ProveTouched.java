// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.verify.Verification;

/**
 * While writers still go on: compares what was written since it was compared, so that little is
 * left for the time behind the gate.
 */
final class ProveTouched implements CutoverStep {
  private final Verification verification;
  private final StopSignal signal;

  ProveTouched(Verification verification, StopSignal signal) {
    this.verification = verification;
    this.signal = signal;
  }

  @Override
  public String name() {
    return "prove-touched";
  }

  @Override
  public String plan() {
    return "would compare the rows that were written since they were compared";
  }

  @Override
  public void act() {
    verification.catchUp(signal);
  }
}
