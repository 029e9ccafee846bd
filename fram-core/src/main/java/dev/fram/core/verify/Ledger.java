// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import dev.fram.api.engine.TouchedRows;
import dev.fram.api.model.TableId;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which rows were written since they were last compared. In memory only: what a run has not
 * compared itself, it does not call proven. Bounded: a table whose keys do not fit any more is to
 * be compared whole. Thread-safe; filled by the apply thread.
 */
public final class Ledger implements TouchedRows {
  private final int capacity;
  private final Map<TableId, KeySet> tables = new TreeMap<>();
  private int size;

  /**
   * @param capacity most keys, of all tables together
   */
  public Ledger(int capacity) {
    this.capacity = capacity;
  }

  /**
   * Begins anew for a table, whose rows are read now; called while nothing is applied.
   *
   * @return what was written since the last time
   */
  synchronized Optional<KeySet> open(TableId table) {
    Optional<KeySet> old = Optional.ofNullable(tables.put(table, new KeySet()));
    old.ifPresent(keys -> size -= keys.size());
    return old;
  }

  /** What is told of a table from its last {@link #open} on. */
  synchronized Optional<KeySet> window(TableId table) {
    return Optional.ofNullable(tables.get(table));
  }

  /** Whether a row has certainly not been written since that window was opened. */
  @SuppressWarnings("ReferenceEquality") // a window that was opened later knows less
  synchronized boolean untouched(TableId table, KeySet window, String key) {
    return tables.get(table) == window && !window.contains(key);
  }

  /** The same of all rows of the table. */
  @SuppressWarnings("ReferenceEquality")
  synchronized boolean untouched(TableId table, KeySet window) {
    return tables.get(table) == window && !window.all() && window.size() == 0;
  }

  /** What was read did not lead to a proof: what it was to prove is open again. */
  synchronized void restore(TableId table, KeySet old) {
    if (old.all()) {
      touchedAll(table);
    } else {
      old.copy().forEach(key -> touched(table, key));
    }
  }

  @Override
  public synchronized boolean wanted(TableId table) {
    KeySet keys = tables.get(table);
    return keys != null && !keys.all();
  }

  @Override
  public synchronized void touched(TableId table, String key) {
    KeySet keys = tables.get(table);
    if (keys != null && keys.add(key)) {
      size++;
      if (size > capacity) {
        overflow();
      }
    }
  }

  @Override
  public synchronized void touchedAll(TableId table) {
    KeySet keys = tables.get(table);
    if (keys != null) {
      size -= keys.addAll();
    }
  }

  /** The table with the most keys gives them up. */
  private void overflow() {
    tables.values().stream()
        .max((a, b) -> Integer.compare(a.size(), b.size()))
        .ifPresent(largest -> size -= largest.addAll());
  }

  /** Whether a row was, or may have been, written since the table was opened. */
  synchronized boolean inQuestion(TableId table, String key) {
    KeySet keys = tables.get(table);
    return keys == null || keys.contains(key);
  }

  /** Whether any row of the table may have been written. */
  synchronized boolean anyInQuestion(TableId table) {
    KeySet keys = tables.get(table);
    return keys == null || keys.all();
  }

  synchronized Set<String> keys(TableId table) {
    KeySet keys = tables.get(table);
    return keys == null ? Set.of() : keys.copy();
  }

  /** Keys of these tables. */
  synchronized long size(Collection<TableId> of) {
    return of.stream().map(tables::get).filter(k -> k != null).mapToLong(KeySet::size).sum();
  }
}
