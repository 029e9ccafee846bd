// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.core.verify.Verification;

/**
 * While writers still go on: opens what the steps behind the gate work with. A login and the first
 * look at a table take a server longer than the work itself, and there an application waits for it.
 */
final class OpenSessions implements CutoverStep {
  private final Freeze freeze;
  private final Verification verification;
  private final CopyUnlogged unlogged;

  OpenSessions(Freeze freeze, Verification verification, CopyUnlogged unlogged) {
    this.freeze = freeze;
    this.verification = verification;
    this.unlogged = unlogged;
  }

  @Override
  public String name() {
    return "open-sessions";
  }

  @Override
  public String plan() {
    return "would open the sessions that are needed behind the gate";
  }

  @Override
  public void act() {
    verification.prepareLast();
    unlogged.prepare();
    freeze.gate().prepare();
  }

  @Override
  public void undo() {
    verification.forgetLast();
    unlogged.close();
  }
}
