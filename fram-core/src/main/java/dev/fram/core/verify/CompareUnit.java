// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import dev.fram.api.engine.Chunk;
import dev.fram.api.model.Table;
import java.util.List;

/** What is compared under one twin. */
sealed interface CompareUnit {
  List<Table> tables();

  /** Whole tables. */
  record Whole(List<Table> tables) implements CompareUnit {}

  /** One range of a large table's key. */
  record Range(Table table, Chunk chunk) implements CompareUnit {
    @Override
    public List<Table> tables() {
      return List.of(table);
    }
  }

  /** The rows that were written since these tables were compared. */
  record Touched(List<Table> tables) implements CompareUnit {}

  /**
   * Rows of one table that were found different: they are compared once more, and those that still
   * differ are repaired.
   *
   * @param differences as they were found
   */
  record Mend(Table table, List<Difference> differences) implements CompareUnit {
    @Override
    public List<Table> tables() {
      return List.of(table);
    }
  }
}
