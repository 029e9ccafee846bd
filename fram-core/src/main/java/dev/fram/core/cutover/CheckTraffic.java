// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.run.RunParts;
import java.util.List;

/** Before anything is touched: can every switch of the traffic do its part? */
final class CheckTraffic implements CutoverStep {
  private final RunParts parts;

  CheckTraffic(RunParts parts) {
    this.parts = parts;
  }

  @Override
  public String name() {
    return "check-traffic";
  }

  @Override
  public String plan() {
    return parts.traffic().none()
        ? "no switch is set; the applications are pointed by hand"
        : String.join(" | ", parts.traffic().plan());
  }

  @Override
  public void act() {
    List<String> obstacles = parts.traffic().obstacles();
    if (!obstacles.isEmpty()) {
      throw new FramException(
          ErrorCode.CUTOVER_UNDONE,
          "Not ready to switch the traffic: " + String.join(" ", obstacles),
          "Nothing was touched; cut over when this is settled.");
    }
  }
}
