// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.copy;

import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One try at copying what counts only together: the tables of a bond, or one table alone. The
 * copies belong to the coordinator's thread; only the failure is seen by the copiers, so that they
 * leave out what would be thrown away.
 */
final class CopyUnit {
  private final List<TableCopy> copies = new ArrayList<>();
  private final AtomicReference<Optional<FramException>> failure =
      new AtomicReference<>(Optional.empty());

  TableCopy add(Table table, int chunks) {
    TableCopy copy = new TableCopy(table, chunks, this);
    copies.add(copy);
    return copy;
  }

  List<TableCopy> copies() {
    return copies;
  }

  List<Table> tables() {
    return copies.stream().map(TableCopy::table).toList();
  }

  int chunks() {
    return copies.stream().mapToInt(TableCopy::chunks).sum();
  }

  boolean allBack() {
    return copies.stream().allMatch(TableCopy::allBack);
  }

  void fail(FramException e) {
    failure.compareAndSet(Optional.empty(), Optional.of(e));
  }

  Optional<FramException> failure() {
    return failure.get();
  }
}
