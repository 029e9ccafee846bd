// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.inventory.Stocktaking;
import dev.fram.core.run.RunParts;

/**
 * Keeps the list of the source's objects on the target, before the gate closes: writers do not wait
 * for it. Whoever changes the schema after that undoes the cutover, by the comparison of the
 * definitions. A source that cannot be listed is no reason to stay there: the end of the run says
 * that nobody knows.
 */
final class ListObjects implements CutoverStep {
  private final RunParts parts;

  ListObjects(RunParts parts) {
    this.parts = parts;
  }

  @Override
  public String name() {
    return "list-objects";
  }

  @Override
  public String plan() {
    return "would note every object of the source, for the inventory";
  }

  @Override
  public void act() {
    try {
      parts
          .journal()
          .store()
          .saveInventory(parts.journal().epoch(), Stocktaking.source(parts.route()));
    } catch (FramException e) {
      if (e.category() == ErrorCategory.TRANSIENT || e.code() == ErrorCode.FENCED) {
        throw e;
      }
      parts.bus().publish(new RunEvent.Noted("no inventory: " + e.getMessage()));
    }
  }
}
