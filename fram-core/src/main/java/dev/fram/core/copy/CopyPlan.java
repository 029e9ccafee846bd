// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.copy;

import dev.fram.api.model.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which tables wait for their copy, largest first, so that the last to finish is a small one. Owned
 * by the coordinator's thread.
 */
final class CopyPlan {
  private final long groupBytes;
  private final List<Table> waiting = new ArrayList<>();

  CopyPlan(long groupBytes, List<Table> tables) {
    this.groupBytes = groupBytes;
    waiting.addAll(tables);
    waiting.sort(Comparator.comparingLong(Table::bytes).reversed().thenComparing(Table::id));
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Back to the end of the line. */
  void again(Table table) {
    waiting.add(table);
  }

  /**
   * The next table and as many others as the group's bound allows: one snapshot holds back the
   * source's vacuum for as long as all of them take.
   */
  List<Table> next() {
    List<Table> group = new ArrayList<>();
    Table first = waiting.removeFirst();
    group.add(first);
    long bytes = first.bytes();
    for (int i = 0; i < waiting.size() && !larger(first); ) {
      Table candidate = waiting.get(i);
      if (bytes + candidate.bytes() <= groupBytes) {
        bytes += candidate.bytes();
        group.add(waiting.remove(i));
      } else {
        i++;
      }
    }
    return group;
  }

  /** Whether the table is copied alone. */
  boolean larger(Table table) {
    return table.bytes() > groupBytes;
  }
}
