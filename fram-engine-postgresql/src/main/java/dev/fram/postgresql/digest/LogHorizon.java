// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.digest;

import dev.fram.postgresql.feed.Lsn;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A transaction id that is greater than those of all commits before a position of the log. It must
 * be a new one: the end of a snapshot lies behind the last transaction that has <em>ended</em>, and
 * a commit that waits for a standby has not. Thread-safe.
 */
public final class LogHorizon {
  private final LongSupplier newXid;
  private @Nullable Lsn position;
  private long xid;

  /**
   * @param newXid asks the source for a transaction id of its own
   */
  public LogHorizon(LongSupplier newXid) {
    this.newXid = newXid;
  }

  /**
   * The same id for the same position: what has begun since does not matter.
   *
   * @param reached is in the log already
   */
  synchronized long after(Lsn reached) {
    if (!reached.equals(position)) {
      xid = newXid.getAsLong();
      position = reached;
    }
    return xid;
  }
}
