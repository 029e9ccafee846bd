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

  DigestReader digests();

  @Override
  void close();
}
