// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.bus;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import java.util.List;
import java.util.Optional;

/** Which commands make sense next. */
final class NextSteps {
  private NextSteps() {}

  static List<String> of(PhaseName phase, Optional<String> held, Optional<Status.Reverse> reverse) {
    boolean given =
        phase == PhaseName.SERVING
            || phase == PhaseName.ROLLING_BACK
            || phase == PhaseName.ROLLED_BACK;
    if (held.filter(why -> why.startsWith(Status.PAUSED)).isPresent() && !given) {
      return List.of("fram resume", "fram status", "fram cancel");
    }
    if (held.isPresent() && !given) {
      return List.of("fram status", "fram cancel");
    }
    return switch (phase) {
      case PLANNED, CHECKED, PREPARED, COPYING, CATCHING_UP, VERIFYING ->
          List.of("fram status --watch", "fram cancel");
      case READY -> List.of("fram cutover --dry-run", "fram cutover", "fram cancel");
      case CUTTING_OVER, ROLLING_BACK -> List.of("fram status --watch");
      case SERVING ->
          reverse.isPresent()
              ? List.of("fram rollback --dry-run", "fram rollback", "fram complete")
              : List.of("fram complete");
      case ROLLED_BACK -> List.of("fram migrate", "fram cutover", "fram cancel");
      case NEEDS_OPERATOR -> List.of("fram migrate");
      case COMPLETED, CANCELLED -> List.of();
    };
  }
}
