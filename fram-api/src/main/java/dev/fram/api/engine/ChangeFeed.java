// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.error.FramException;
import java.time.Duration;
import java.util.Optional;

/** The stream of committed changes; owned by one thread. */
public interface ChangeFeed extends AutoCloseable {
  /**
   * The next event, waiting at most this long.
   *
   * @throws FramException CONNECTION_LOST, LOG_LOST, FEED_INVALID
   */
  Optional<FeedEvent> poll(Duration wait);

  /**
   * Tells the source that everything up to here is durable on the target and never needed again.
   * Positions that end inside an open transaction are refused.
   */
  void confirm(Position durable);

  /**
   * Tells the source that we are still here, though nothing is read for now: called often by a
   * reader that has no room, so that the server does not take the silence for a lost client.
   *
   * @throws FramException CONNECTION_LOST
   */
  default void keepAlive() {}

  @Override
  void close();
}
