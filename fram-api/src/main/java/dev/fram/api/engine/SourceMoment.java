// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;

/**
 * A consistent read of the source, for a comparison. Owned by the thread that took it; {@link
 * #seen} may be asked by any.
 */
public interface SourceMoment extends AutoCloseable {
  /** Everything that this moment may have seen lies before this position in the feed. */
  Position armedAt();

  /** Whether the rows that it reads are those after this transaction. */
  Seen seen(FeedEvent.Begin transaction);

  /**
   * Whether everything before this position of the feed is certainly in what it reads. May be no
   * for as long as the longest transaction that writes: a server need not know the order in which
   * commits become visible.
   *
   * @param position was in the feed before the moment was taken
   */
  boolean sawUpTo(Position position);

  DigestReader digests();

  @Override
  void close();
}
