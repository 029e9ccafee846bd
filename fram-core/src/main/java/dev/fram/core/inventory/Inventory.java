// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.inventory;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Every object of the source with what became of it, and what the target has besides.
 *
 * @param items sorted by kind and name
 * @param origin which lists were compared, one sentence
 */
public record Inventory(List<InventoryItem> items, String origin) {
  public Inventory {
    items = List.copyOf(items);
  }

  public List<InventoryItem> leftOver() {
    return items.stream().filter(item -> item.state() == ObjectState.LEFT_OVER).toList();
  }

  /** How many of each; none is 0. */
  public Map<ObjectState, Integer> counts() {
    Map<ObjectState, Integer> counts = new EnumMap<>(ObjectState.class);
    for (ObjectState state : ObjectState.values()) {
      counts.put(state, 0);
    }
    items.forEach(item -> counts.merge(item.state(), 1, Integer::sum));
    return counts;
  }
}
