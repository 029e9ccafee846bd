// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.verify.Verification;

/** Under the gate: what is not proven yet is compared, while nothing is written on either side. */
final class ProveLast implements CutoverStep {
  private final Verification verification;
  private final StopSignal signal;

  ProveLast(Verification verification, StopSignal signal) {
    this.verification = verification;
    this.signal = signal;
  }

  @Override
  public String name() {
    return "last-proof";
  }

  @Override
  public String plan() {
    return "would compare what is not proven yet, in about "
        + verification.lastProofMillis()
        + " ms";
  }

  @Override
  public void act() {
    verification.proveLast(signal);
  }
}
