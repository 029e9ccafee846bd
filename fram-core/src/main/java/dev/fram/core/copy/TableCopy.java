// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.copy;

import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One try at copying one table. The counters belong to the coordinator's thread; only the failure
 * is seen by the copiers, so that they leave out what would be thrown away.
 */
final class TableCopy {
  private final Table table;
  private final AtomicReference<Optional<FramException>> failure =
      new AtomicReference<>(Optional.empty());
  private final int chunks;
  private int chunksLeft;
  private long rows;
  private long bytes;

  TableCopy(Table table, int chunks) {
    this.table = table;
    this.chunks = chunks;
    this.chunksLeft = chunks;
  }

  Table table() {
    return table;
  }

  int chunks() {
    return chunks;
  }

  void fail(FramException e) {
    failure.compareAndSet(Optional.empty(), Optional.of(e));
  }

  Optional<FramException> failure() {
    return failure.get();
  }

  void began(long rowsBefore, long bytesBefore) {
    rows = rowsBefore;
    bytes = bytesBefore;
  }

  /** A chunk came back, copied or not. */
  void chunkBack(long chunkRows, long chunkBytes) {
    chunksLeft--;
    rows += chunkRows;
    bytes += chunkBytes;
  }

  boolean allBack() {
    return chunksLeft == 0;
  }

  long rows() {
    return rows;
  }

  long bytes() {
    return bytes;
  }
}
