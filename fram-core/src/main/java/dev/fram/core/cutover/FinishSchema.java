// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.core.migration.RunParts;

/**
 * Under the gate: sequences, triggers, rules and what else must not be there while changes are
 * applied. For that reason it is taken away again before the gate opens.
 */
final class FinishSchema implements CutoverStep {
  private final RunParts parts;

  FinishSchema(RunParts parts) {
    this.parts = parts;
  }

  @Override
  public String name() {
    return "finish-schema";
  }

  @Override
  public String plan() {
    return "would set sequences, triggers, rules and the remaining foreign keys";
  }

  @Override
  public void act() {
    parts.route().schema().finish(parts.journal().epoch());
  }

  @Override
  public void undo() {
    parts.route().schema().undoFinish(parts.journal().epoch());
  }
}
