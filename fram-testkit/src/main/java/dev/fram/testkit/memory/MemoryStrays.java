// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.engine.HandOver;
import dev.fram.api.model.TableId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.Set;

/** What a server keeps for whoever looks for writes past its closed gate. Thread-safe. */
public final class MemoryStrays {
  private final MemorySource source;
  private final Set<Long> back = new HashSet<>();
  private OptionalLong kept = OptionalLong.empty();

  MemoryStrays(MemorySource source) {
    this.source = source;
  }

  /** Writes a row past the closed gate, as somebody can who is above the rules. */
  public void intrude(TableId table, long key, String value) {
    synchronized (source) {
      MemoryOp op = new MemoryOp(MemoryOp.Kind.INSERT, table, key, value);
      NavigableMap<Long, String> changed = source.content(table);
      op.apply(changed);
      source.applied(Map.of(table, changed), List.of(op));
    }
  }

  /** That transaction brings the other server's writes here. */
  synchronized void brings(long xid) {
    back.add(xid);
  }

  synchronized boolean brought(long xid) {
    return back.contains(xid);
  }

  /** Begins at the hand-over; idempotent. */
  synchronized void begin(HandOver register) {
    if (kept.isEmpty() && register instanceof HandOver.HandedOver given) {
      kept = OptionalLong.of(MemoryPosition.of(given.frozenAt()).lsn());
    }
  }

  synchronized void keptUpTo(long lsn) {
    kept = OptionalLong.of(lsn);
  }

  /** Up to where the log is not kept for it any more; empty when nobody looks. */
  public synchronized OptionalLong kept() {
    return kept;
  }

  synchronized void end() {
    kept = OptionalLong.empty();
  }
}
