// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.run.RunParts;
import java.util.List;

/**
 * On the way back: are the new server's tables still those that it opened with? Asked before the
 * gate, so that nobody waits for a refusal, and again behind it.
 */
final class CompareReturn implements CutoverStep {
  private final String name;
  private final RunParts back;

  CompareReturn(String name, RunParts back) {
    this.name = name;
    this.back = back;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String plan() {
    List<String> differences = ReturnLook.differences(back);
    return differences.isEmpty()
        ? "would find the new server's tables unchanged"
        : "would fail: " + String.join("; ", differences);
  }

  @Override
  public void act() {
    List<String> differences = ReturnLook.differences(back);
    if (!differences.isEmpty()) {
      throw new FramException(
          ErrorCode.SCHEMA_DRIFT,
          back.route().source().server().name()
              + ": the schema has changed since the cutover: "
              + String.join("; ", differences)
              + ".",
          "Undo the change there, then roll back again: the old server has nothing like it.");
    }
  }
}
