// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import dev.fram.api.change.FeedEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;

/**
 * The transactions that were applied last. A transaction may stand in the log, and be applied,
 * before it is visible on the source (a commit that waits for a standby): a read of the source that
 * has not seen it is older than the target. Thread-safe.
 */
public final class RecentTransactions {
  /** One that stays invisible for longer than so many others is not expected. */
  private static final int KEPT = 100_000;

  private final Deque<FeedEvent.Begin> recent = new ArrayDeque<>();

  synchronized void applied(FeedEvent.Begin transaction) {
    recent.addLast(transaction);
    if (recent.size() > KEPT) {
      recent.removeFirst();
    }
  }

  /** Whether each of them fulfils this; they are forgotten then, since what is seen stays seen. */
  public synchronized boolean all(Predicate<FeedEvent.Begin> seen) {
    boolean all = recent.stream().allMatch(seen);
    if (all) {
      recent.clear();
    }
    return all;
  }
}
