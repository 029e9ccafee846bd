// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.bus;

import dev.fram.api.status.PhaseName;
import java.util.List;
import java.util.Optional;

/** Which commands make sense next. */
final class NextSteps {
  private NextSteps() {}

  static List<String> of(PhaseName phase, Optional<String> held) {
    if (held.isPresent()) {
      return List.of("fram status", "fram cancel");
    }
    return switch (phase) {
      case PLANNED, CHECKED, PREPARED, COPYING, CATCHING_UP, VERIFYING ->
          List.of("fram status --watch", "fram cancel");
      case READY -> List.of("fram cutover --dry-run", "fram cutover", "fram cancel");
      case CUTTING_OVER -> List.of("fram status --watch");
      case SERVING -> List.of("fram complete");
      case NEEDS_OPERATOR -> List.of("fram migrate");
      case COMPLETED, CANCELLED -> List.of();
    };
  }
}
