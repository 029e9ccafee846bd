// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.inventory;

import dev.fram.api.engine.ObjectFact;

/**
 * One object and what became of it.
 *
 * @param reason why it is left over, excluded or still to come; empty for the rest
 */
public record InventoryItem(ObjectFact.Id id, ObjectState state, String reason) {
  /** For people: {@code view shop.totals: missing on the target}. */
  public String sentence() {
    return reason.isEmpty() ? id.toString() : id + ": " + reason;
  }
}
