// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import java.util.HashSet;
import java.util.Set;

/**
 * The rows of one table that were written since some moment: their keys, or the mark that it may be
 * any of them. Not thread-safe; the ledger guards it.
 */
final class KeySet {
  private Set<String> keys = new HashSet<>();
  private boolean all;

  /** Returns whether it is one more. */
  boolean add(String key) {
    return !all && keys.add(key);
  }

  /** From now on it may be any row. Returns how many keys need not be kept any more. */
  int addAll() {
    int freed = keys.size();
    all = true;
    keys = new HashSet<>();
    return freed;
  }

  boolean all() {
    return all;
  }

  int size() {
    return keys.size();
  }

  boolean contains(String key) {
    return all || keys.contains(key);
  }

  Set<String> copy() {
    return Set.copyOf(keys);
  }
}
