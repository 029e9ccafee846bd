// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.api.engine.SavedInventory;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.inventory.InventoryItem;
import dev.fram.core.inventory.Stocktaking;
import dev.fram.core.run.MigrationSettings.Differences;
import dev.fram.core.run.RunParts;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Keeps the list of the source's objects on the target, and looks whether the target still has
 * them: an index, a view or a grant that somebody has taken away there refuses the cutover. Before
 * the gate closes, so that writers do not wait for it; whoever changes the schema after that undoes
 * the cutover, by the comparison of the definitions. A source that cannot be listed is no reason to
 * stay there: the end of the run says that nobody knows.
 */
final class ListObjects implements CutoverStep {
  private static final int NAMED = 5;

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
    List<InventoryItem> missing = missing(Stocktaking.source(parts.route()));
    return missing.isEmpty()
        ? "would note every object of the source, for the inventory"
        : "would be refused: " + words(missing);
  }

  @Override
  public void act() {
    List<InventoryItem> missing = List.of();
    try {
      SavedInventory list = Stocktaking.source(parts.route());
      parts.journal().store().saveInventory(parts.journal().epoch(), list);
      missing = missing(list);
    } catch (FramException e) {
      if (e.category() == ErrorCategory.TRANSIENT || e.code() == ErrorCode.FENCED) {
        throw e;
      }
      parts.bus().publish(new RunEvent.Noted("no inventory: " + e.getMessage()));
    }
    if (!missing.isEmpty()) {
      throw new FramException(
          ErrorCode.CUTOVER_UNDONE,
          "Not ready for the cutover: " + words(missing) + ".",
          "Nothing was touched. Make them on the target as they are on the source (fram report"
              + " --inventory lists everything), or give --accept-differences.");
    }
  }

  private List<InventoryItem> missing(SavedInventory list) {
    return parts.settings().verify().differences() == Differences.ACCEPT
        ? List.of()
        : Stocktaking.missing(parts.route(), list);
  }

  private static String words(List<InventoryItem> items) {
    String more = items.size() > NAMED ? "; and " + (items.size() - NAMED) + " more" : "";
    return items.stream()
            .limit(NAMED)
            .map(InventoryItem::sentence)
            .collect(Collectors.joining("; "))
        + more;
  }
}
