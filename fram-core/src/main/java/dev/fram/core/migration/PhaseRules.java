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
      // Only the source's own answer leads out of here.
      case NEEDS_OPERATOR -> Set.of(PhaseName.READY, PhaseName.SERVING);
      case SERVING -> Set.of(PhaseName.COMPLETED);
      case COMPLETED, CANCELLED -> Set.of();
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
