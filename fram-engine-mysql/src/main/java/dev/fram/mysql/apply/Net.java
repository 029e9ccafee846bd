// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import dev.fram.mysql.binlog.Value;
import java.util.List;
import java.util.Optional;

/**
 * What a batch comes to for one key.
 *
 * @param before the row as it was on the target before the batch; empty when it was not there
 * @param now the row as the batch leaves it; empty when it is gone
 */
record Net(Optional<List<Value>> before, Optional<List<Value>> now) {
  /** Whether there is a row before and after, and another one. */
  boolean changes() {
    return before.isPresent() && now.isPresent() && !before.equals(now);
  }
}
