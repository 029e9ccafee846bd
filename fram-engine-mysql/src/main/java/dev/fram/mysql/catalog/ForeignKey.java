// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.catalog;

import dev.fram.api.model.TableId;
import java.util.List;
import java.util.Set;

/**
 * A foreign key.
 *
 * @param name its name
 * @param table the table that refers
 * @param columns its columns
 * @param referenced the table referred to
 * @param referencedColumns that one's columns
 * @param rules what happens on update and delete
 */
public record ForeignKey(
    String name,
    TableId table,
    List<String> columns,
    TableId referenced,
    List<String> referencedColumns,
    Rules rules) {
  private static final Set<String> WRITING = Set.of("CASCADE", "SET NULL", "SET DEFAULT");

  public ForeignKey {
    columns = List.copyOf(columns);
    referencedColumns = List.copyOf(referencedColumns);
  }

  /**
   * @param onUpdate {@code CASCADE}, {@code RESTRICT}, ...
   * @param onDelete likewise
   */
  public record Rules(String onUpdate, String onDelete) {}

  /** Whether a change of the referenced table writes into this one. */
  public boolean cascades() {
    return writes(rules.onUpdate()) || writes(rules.onDelete());
  }

  static boolean writes(String rule) {
    return WRITING.contains(rule);
  }
}
