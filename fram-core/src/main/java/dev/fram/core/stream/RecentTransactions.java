// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.Seen;
import dev.fram.api.engine.SourceMoment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * The transactions that were applied last. A transaction may stand in the log, and be applied,
 * before it is visible on the source (a commit that waits for a standby): a read of the source that
 * has not seen it is older than the target. Of what lies before the first of them only the position
 * is known: what another run has applied, and what did not fit any more. Thread-safe.
 */
public final class RecentTransactions {
  private final int most;
  private final Deque<FeedEvent.Begin> recent = new ArrayDeque<>();
  private Optional<Position> before = Optional.empty();

  /**
   * @param most how many are remembered one by one; 0 where nothing is compared
   */
  public RecentTransactions(int most) {
    this.most = most;
  }

  /** Up to there somebody else has applied, nobody knows when. */
  synchronized void startedAt(Position position) {
    if (most > 0) {
      before = Optional.of(position);
    }
  }

  /**
   * @param durable what is on the target before it
   */
  synchronized void applied(FeedEvent.Begin transaction, Position durable) {
    if (most == 0) {
      return;
    }
    if (recent.size() == most) {
      recent.clear();
      before = Optional.of(durable);
    }
    recent.addLast(transaction);
  }

  /**
   * Whether a read of the source is certainly not older than the target. If so, all this is
   * forgotten, since what is seen stays seen. Asked while nothing is applied.
   */
  public synchronized boolean allSeen(SourceMoment read) {
    boolean all =
        recent.stream().allMatch(begin -> read.seen(begin) == Seen.YES)
            && before.filter(position -> !read.sawUpTo(position)).isEmpty();
    if (all) {
      recent.clear();
      before = Optional.empty();
    }
    return all;
  }
}
