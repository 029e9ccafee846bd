// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.copy;

import dev.fram.api.model.Table;
import java.util.Optional;

/** One table's part in a try at copying its unit. Owned by the coordinator's thread. */
final class TableCopy {
  private final Table table;
  private final CopyUnit unit;
  private final int chunks;
  private int chunksLeft;
  private long rows;
  private long bytes;
  private Optional<ChunkTask> last = Optional.empty();

  TableCopy(Table table, int chunks, CopyUnit unit) {
    this.table = table;
    this.unit = unit;
    this.chunks = chunks;
    this.chunksLeft = chunks;
  }

  Table table() {
    return table;
  }

  CopyUnit unit() {
    return unit;
  }

  int chunks() {
    return chunks;
  }

  /** Goes on from what an earlier run has copied. */
  void resumes(long rowsBefore, long bytesBefore) {
    rows = rowsBefore;
    bytes = bytesBefore;
  }

  /** A chunk came back, copied or not. */
  void chunkBack(ChunkTask.Back back) {
    chunksLeft--;
    rows += back.copied().rows();
    bytes += back.copied().bytes();
    last = Optional.of(back.task());
  }

  boolean allBack() {
    return chunksLeft == 0;
  }

  /** The task that came back last; all tasks of a table are of one kind. */
  ChunkTask last() {
    return last.orElseThrow();
  }

  long rows() {
    return rows;
  }

  long bytes() {
    return bytes;
  }
}
