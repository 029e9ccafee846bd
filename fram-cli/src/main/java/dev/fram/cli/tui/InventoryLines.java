// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import dev.fram.core.inventory.Inventory;
import dev.fram.core.inventory.InventoryItem;
import dev.fram.core.inventory.ObjectState;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** An inventory as lines for people: what needs them first, then a table of the kinds. */
final class InventoryLines {
  private static final int GAP = 3;
  private static final int NAMED = 200;

  private InventoryLines() {}

  /** What is left over, and how many there are of each kind. */
  static List<String> of(Inventory inventory) {
    List<String> lines = new ArrayList<>();
    lines.add(inventory.origin());
    List<InventoryItem> left = inventory.leftOver();
    left.stream().limit(NAMED).forEach(item -> lines.add("left over: " + item.sentence()));
    if (left.size() > NAMED) {
      lines.add("... and " + (left.size() - NAMED) + " more, all of them with --json");
    }
    lines.addAll(table(inventory));
    lines.addAll(excluded(inventory));
    return lines.stream().map(Cells::safe).toList();
  }

  /** The same, and every object. */
  static List<String> whole(Inventory inventory) {
    List<String> lines = new ArrayList<>(of(inventory));
    for (InventoryItem item : inventory.items()) {
      lines.add(Cells.safe(word(item.state()) + ": " + item.sentence()));
    }
    return lines;
  }

  /** For people and programs: {@code left over}. */
  static String word(ObjectState state) {
    return state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static List<String> table(Inventory inventory) {
    Map<String, Map<ObjectState, Integer>> kinds = new TreeMap<>();
    for (InventoryItem item : inventory.items()) {
      kinds
          .computeIfAbsent(item.id().kind(), kind -> new EnumMap<>(ObjectState.class))
          .merge(item.state(), 1, Integer::sum);
    }
    Map<ObjectState, Integer> counts = inventory.counts();
    List<ObjectState> shown =
        List.of(ObjectState.values()).stream()
            .filter(state -> counts.getOrDefault(state, 0) > 0)
            .toList();
    int width = kinds.keySet().stream().mapToInt(String::length).max().orElse(0) + GAP;
    List<String> lines = new ArrayList<>();
    lines.add(row("", width, shown.stream().map(InventoryLines::word).toList(), shown));
    kinds.forEach((kind, of) -> lines.add(row(kind, width, cells(of, shown), shown)));
    lines.add(row("all", width, cells(counts, shown), shown));
    return lines;
  }

  private static List<String> cells(Map<ObjectState, Integer> counts, List<ObjectState> shown) {
    return shown.stream()
        .map(state -> counts.getOrDefault(state, 0))
        .map(count -> count == 0 ? "-" : Figures.count(count))
        .toList();
  }

  private static String row(String kind, int width, List<String> cells, List<ObjectState> shown) {
    StringBuilder line = new StringBuilder(kind).append(" ".repeat(width - kind.length()));
    for (int i = 0; i < cells.size(); i++) {
      int column = Math.max(word(shown.get(i)).length(), 9);
      line.append(" ".repeat(Math.max(0, column - cells.get(i).length())))
          .append(cells.get(i))
          .append(" ".repeat(GAP));
    }
    return line.toString().stripTrailing();
  }

  /** Each of the user's words with how much it leaves out. */
  private static List<String> excluded(Inventory inventory) {
    Map<String, Integer> words = new TreeMap<>();
    inventory.items().stream()
        .filter(item -> item.state() == ObjectState.EXCLUDED)
        .forEach(item -> words.merge(item.reason(), 1, Integer::sum));
    return words.entrySet().stream()
        .map(word -> "excluded by " + word.getKey() + ": " + word.getValue())
        .toList();
  }
}
