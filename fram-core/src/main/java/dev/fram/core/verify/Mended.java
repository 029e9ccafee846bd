// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import java.util.List;
import java.util.Set;

/**
 * What came of looking once more at rows that differed.
 *
 * @param right the keys of those that are the same now
 * @param repaired those that were given the source's row; whether they are right the next look
 *     tells
 */
record Mended(Set<String> right, List<Difference> repaired) {
  /** Nothing could be told or done now. */
  static final Mended NOTHING = new Mended(Set.of(), List.of());

  boolean nothing() {
    return right.isEmpty() && repaired.isEmpty();
  }
}
