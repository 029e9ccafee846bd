// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.plan;

import dev.fram.api.model.Table;
import java.util.Comparator;
import java.util.List;

/**
 * What there is to move, by the source's own estimates.
 *
 * @param followed tables that are copied and followed, the largest first
 * @param late tables that are copied whole while writes are blocked, the largest first
 * @param bare tables of which only the definition moves
 */
public record DataSet(List<Table> followed, List<Table> late, int bare) {
  public DataSet {
    followed = List.copyOf(followed);
    late = List.copyOf(late);
  }

  static DataSet of(List<Table> tables) {
    return new DataSet(
        those(tables, Table.Transfer.COPY_AND_FOLLOW),
        those(tables, Table.Transfer.COPY_AT_CUTOVER),
        those(tables, Table.Transfer.DEFINITION_ONLY).size());
  }

  /** On disk, without indexes. */
  public long followedBytes() {
    return followed.stream().mapToLong(Table::bytes).sum();
  }

  public long lateBytes() {
    return late.stream().mapToLong(Table::bytes).sum();
  }

  /** How long the late ones may block writes, on a slow day: the cutover counts with the same. */
  public long lateMillis() {
    return lateBytes() * 1000 / Table.CAUTIOUS_RATE;
  }

  private static List<Table> those(List<Table> tables, Table.Transfer transfer) {
    return tables.stream()
        .filter(table -> table.transfer() == transfer)
        .sorted(Comparator.comparingLong(Table::bytes).reversed().thenComparing(Table::id))
        .toList();
  }
}
