// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.inventory;

import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.run.RunParts;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The inventory at the end of a migration: the target serves, whatever it says. Owned by the run's
 * own thread.
 */
public final class LeftOvers {
  private static final String STEP = "inventory";
  private static final int NAMED = 5;
  private static final int NOTED = 20;

  private final RunParts parts;

  public LeftOvers(RunParts parts) {
    this.parts = parts;
  }

  /**
   * What is left over, as the failure that the run ends with; empty when nothing is.
   *
   * @throws FramException a transient code: it is asked again
   */
  public Optional<FramException> look() {
    try {
      Optional<Inventory> inventory = Stocktaking.served(parts.route().target());
      return inventory.isPresent()
          ? told(inventory.get())
          : Optional.of(unknown("the source's objects could not be listed at the cutover."));
    } catch (FramException e) {
      if (e.category() == ErrorCategory.TRANSIENT || e.code() == ErrorCode.FENCED) {
        throw e;
      }
      return Optional.of(unknown(e.seen()));
    }
  }

  private Optional<FramException> told(Inventory inventory) {
    List<InventoryItem> left = inventory.leftOver();
    parts.journal().step(STEP, () -> inventory.counts().toString());
    left.stream()
        .limit(NOTED)
        .forEach(item -> parts.bus().publish(new RunEvent.Noted("left over: " + item.sentence())));
    return left.isEmpty() ? Optional.empty() : Optional.of(leftOver(left));
  }

  private FramException leftOver(List<InventoryItem> left) {
    String more = left.size() > NAMED ? "; ..." : "";
    return new FramException(
        ErrorCode.LEFT_OVER,
        target()
            + " serves, but "
            + left.size()
            + (left.size() == 1 ? " object" : " objects")
            + " of the source are left over: "
            + left.stream()
                .limit(NAMED)
                .map(InventoryItem::sentence)
                .collect(Collectors.joining("; "))
            + more
            + ".",
        "Make them there, or do without them; fram report --inventory lists everything.");
  }

  private FramException unknown(String why) {
    return new FramException(
        ErrorCode.LEFT_OVER,
        target() + " serves, but nobody knows whether every object has arrived: " + why,
        "See fram report --inventory.");
  }

  private String target() {
    return "Target " + parts.route().target().server().name();
  }
}
