// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.model.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An application's transaction on the source; owned by one thread. */
public final class MemoryTransaction {
  private final MemorySource source;
  private final List<MemoryOp> ops = new ArrayList<>();
  private long xid;

  MemoryTransaction(MemorySource source) {
    this.source = source;
  }

  /** Inserts or updates. Waits for others' locks and for a closed gate; {@link WriteRefused}. */
  public void put(TableId table, long key, String value) {
    lock(table, key);
    boolean there = source.exists(ops, table, key);
    ops.add(new MemoryOp(there ? MemoryOp.Kind.UPDATE : MemoryOp.Kind.INSERT, table, key, value));
  }

  /** Deletes the row if there is one. */
  public void delete(TableId table, long key) {
    lock(table, key);
    if (source.exists(ops, table, key)) {
      ops.add(new MemoryOp(MemoryOp.Kind.DELETE, table, key, ""));
    }
  }

  /** What the row holds, locked against others; what this transaction has changed is not seen. */
  public Optional<String> read(TableId table, long key) {
    lock(table, key);
    return source.row(table, key);
  }

  /** Whoever changes a row keeps those that it hangs on from going away. */
  private void lock(TableId table, long key) {
    for (TableId each : source.family(table)) {
      xid = source.lock(this, xid, each, key);
      if (each.equals(table)) {
        return;
      }
    }
  }

  /** Writes the commit into the log; nobody sees it before {@link #becomeVisible}. */
  public void writeCommit() {
    source.writeCommit(xid, ops);
  }

  /** The second half of a commit. */
  public void becomeVisible() {
    source.becomeVisible(xid, ops);
  }

  public void commit() {
    writeCommit();
    becomeVisible();
  }

  public void rollback() {
    source.rollback(xid);
  }

  boolean hasWritten() {
    return xid != 0;
  }
}
