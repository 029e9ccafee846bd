// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import dev.fram.mysql.binlog.Value;
import java.util.List;
import java.util.Optional;

/**
 * What a batch comes to for one key.
 *
 * @param before whether the row was there before the batch
 * @param now the row as the batch leaves it; empty when it is gone
 */
record Net(Before before, Optional<List<Value>> now) {
  /** Whether a row with that key was on the target before. */
  enum Before {
    THERE,
    ABSENT
  }
}
