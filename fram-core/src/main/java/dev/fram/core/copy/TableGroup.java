// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.copy;

import dev.fram.api.engine.Snapshot;
import dev.fram.api.model.TableId;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Tables that are copied under one snapshot, which closes when the last of them is through. */
final class TableGroup {
  private final Snapshot snapshot;
  private final long openedNanos;
  private final Set<TableId> unfinished = new HashSet<>();

  TableGroup(Snapshot snapshot, List<TableId> tables, long openedNanos) {
    this.snapshot = snapshot;
    this.openedNanos = openedNanos;
    unfinished.addAll(tables);
  }

  Snapshot snapshot() {
    return snapshot;
  }

  /** Whether the snapshot has held back the source's vacuum for that long. */
  boolean olderThan(Duration age, long nowNanos) {
    return nowNanos - openedNanos > age.toNanos();
  }

  /** Returns whether it was the last one; the snapshot is closed then. */
  boolean finished(TableId table) {
    unfinished.remove(table);
    if (unfinished.isEmpty()) {
      snapshot.close();
    }
    return unfinished.isEmpty();
  }
}
