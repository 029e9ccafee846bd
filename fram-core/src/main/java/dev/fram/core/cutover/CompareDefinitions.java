// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.lag.DriftWatch;
import dev.fram.core.run.RunParts;
import java.util.List;

/** Under the gate, so that nothing can change any more: is the schema still the one we copied? */
final class CompareDefinitions implements CutoverStep {
  private final RunParts parts;

  CompareDefinitions(RunParts parts) {
    this.parts = parts;
  }

  @Override
  public String name() {
    return "compare-definitions";
  }

  @Override
  public String plan() {
    List<String> differences = differences();
    return differences.isEmpty()
        ? "would find the source's schema unchanged"
        : "would fail: " + String.join("; ", differences);
  }

  @Override
  public void act() {
    List<String> differences = differences();
    if (!differences.isEmpty()) {
      throw new FramException(
          ErrorCode.SCHEMA_DRIFT,
          "Source "
              + parts.route().source().server().name()
              + ": the schema has changed: "
              + String.join("; ", differences)
              + ".",
          "Undo the change, or cancel and begin again.");
    }
  }

  /** What the journal says now: a schema change that was applied has changed it. */
  private List<String> differences() {
    return DriftWatch.differences(
        parts.journal().store().tables(), parts.route().source().fingerprints());
  }
}
