// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.copy;

import dev.fram.api.model.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which tables wait for their copy, largest first, so that the last to finish is a small one. What
 * is bound together waits together and is never torn apart, whatever its size. Owned by the
 * coordinator's thread.
 */
final class CopyPlan {
  private final long groupBytes;
  private final List<List<Table>> waiting = new ArrayList<>();

  CopyPlan(long groupBytes, List<Table> tables) {
    this.groupBytes = groupBytes;
    Map<String, List<Table>> bonds = new LinkedHashMap<>();
    for (Table table : tables) {
      if (table.bond().isPresent()) {
        bonds.computeIfAbsent(table.bond().get(), b -> new ArrayList<>()).add(table);
      } else {
        waiting.add(List.of(table));
      }
    }
    bonds.values().forEach(bound -> waiting.add(List.copyOf(bound)));
    waiting.sort(
        Comparator.comparingLong(CopyPlan::bytes).reversed().thenComparing(u -> u.getFirst().id()));
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Back to the end of the line: all that is bound together, or one table alone. */
  void again(List<Table> unit) {
    waiting.add(List.copyOf(unit));
  }

  /**
   * What comes next and as much else as the group's bound allows: one snapshot holds back the
   * source's vacuum for as long as all of it takes.
   */
  List<List<Table>> next() {
    List<List<Table>> group = new ArrayList<>();
    List<Table> first = waiting.removeFirst();
    group.add(first);
    long bytes = bytes(first);
    for (int i = 0; i < waiting.size() && bytes <= groupBytes; ) {
      List<Table> candidate = waiting.get(i);
      if (bytes + bytes(candidate) <= groupBytes) {
        bytes += bytes(candidate);
        group.add(waiting.remove(i));
      } else {
        i++;
      }
    }
    return group;
  }

  /** Whether a table is so large that each of its chunks is better off with its own snapshot. */
  boolean alone(List<Table> unit) {
    return unit.getFirst().bond().isEmpty() && bytes(unit) > groupBytes;
  }

  private static long bytes(List<Table> unit) {
    return unit.stream().mapToLong(Table::bytes).sum();
  }
}
