// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.PhaseName;
import java.util.Set;

/** Which phase may follow which. A crash changes nothing here: a run resumes the phase recorded. */
final class PhaseRules {
  private PhaseRules() {}

  static Set<PhaseName> successors(PhaseName phase) {
    return switch (phase) {
      case PLANNED -> Set.of(PhaseName.CHECKED, PhaseName.CANCELLED);
      case CHECKED -> Set.of(PhaseName.PREPARED, PhaseName.CANCELLED);
      case PREPARED -> Set.of(PhaseName.COPYING, PhaseName.CANCELLED);
      case COPYING -> Set.of(PhaseName.CATCHING_UP, PhaseName.CANCELLED);
      case CATCHING_UP -> Set.of(PhaseName.VERIFYING, PhaseName.CANCELLED);
      case VERIFYING -> Set.of(PhaseName.READY, PhaseName.CANCELLED);
      case READY -> Set.of(PhaseName.CUTTING_OVER, PhaseName.CANCELLED);
      case CUTTING_OVER -> Set.of(PhaseName.READY, PhaseName.SERVING, PhaseName.NEEDS_OPERATOR);
      // Only the own answer of the server that was to hand over leads out of here.
      case NEEDS_OPERATOR -> Set.of(PhaseName.READY, PhaseName.SERVING, PhaseName.ROLLED_BACK);
      case SERVING -> Set.of(PhaseName.COMPLETED, PhaseName.ROLLING_BACK);
      case ROLLING_BACK ->
          Set.of(PhaseName.SERVING, PhaseName.ROLLED_BACK, PhaseName.NEEDS_OPERATOR);
      // The old server serves: what was copied is still worth something, or is given up.
      case ROLLED_BACK -> Set.of(PhaseName.CATCHING_UP, PhaseName.CANCELLED);
      case COMPLETED, CANCELLED -> Set.of();
    };
  }

  /**
   * Which time it is that the data changes servers, after such a step: odd on the way there, even
   * on the way back. Kept with the phase, in the same write.
   */
  static int turn(int now, PhaseName from, PhaseName to) {
    boolean back = now % 2 == 0;
    return switch (to) {
      case ROLLING_BACK -> now + 1;
      case CATCHING_UP -> from == PhaseName.ROLLED_BACK ? now + 1 : now;
      case SERVING -> back ? now - 1 : now;
      case PLANNED,
          CHECKED,
          PREPARED,
          COPYING,
          VERIFYING,
          READY,
          CUTTING_OVER,
          ROLLED_BACK,
          COMPLETED,
          CANCELLED,
          NEEDS_OPERATOR ->
          now;
    };
  }

  static void check(PhaseName from, PhaseName to) {
    if (!successors(from).contains(to)) {
      throw new FramException(
          ErrorCode.PHASE_REFUSES,
          "The migration is " + from + "; it cannot become " + to + ".",
          "fram status shows what can be done now.");
    }
  }
}
