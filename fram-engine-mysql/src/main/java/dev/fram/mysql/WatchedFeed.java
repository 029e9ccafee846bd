// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.ChangeFeed;
import java.time.Duration;
import java.util.Optional;

/**
 * A feed that tells what of the log is still needed: the server keeps nothing for us, so somebody
 * has to see whether it purges too early. Owned by one thread.
 */
final class WatchedFeed implements ChangeFeed {
  private final ChangeFeed feed;
  private final LogNeed need;
  private long committedAtMillis;

  WatchedFeed(ChangeFeed feed, LogNeed need) {
    this.feed = feed;
    this.need = need;
  }

  @Override
  public Optional<FeedEvent> poll(Duration wait) {
    Optional<FeedEvent> event = feed.poll(wait);
    event.ifPresent(this::watch);
    return event;
  }

  private void watch(FeedEvent event) {
    if (event instanceof FeedEvent.Begin begin) {
      committedAtMillis = begin.committedAtMillis();
    } else if (event instanceof FeedEvent.Commit commit) {
      need.read(commit.end(), committedAtMillis);
    }
  }

  @Override
  public void confirm(Position durable) {
    need.confirmed(durable);
    feed.confirm(durable);
  }

  @Override
  public void keepAlive() {
    feed.keepAlive();
  }

  @Override
  public void close() {
    feed.close();
  }
}
