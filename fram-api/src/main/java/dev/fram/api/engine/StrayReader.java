// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.change.FeedEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Reads a feed for what is not Fram's own. What Fram brings to a server that has handed over begins
 * with a change of its own row in {@code fram.reverse_feed} (D11), so that a transaction is known
 * by its first change, however large it is; every other transaction is a stray one. Owned by one
 * thread.
 */
public abstract class StrayReader implements StrayFeed {
  private final ChangeFeed feed;
  private final Deque<Stray> ready = new ArrayDeque<>();
  private Origin origin = Origin.NOT_KNOWN_YET;

  private enum Origin {
    NOT_KNOWN_YET,
    OWN,
    STRAY
  }

  /**
   * @param feed of the migration's tables and of {@code fram.reverse_feed}
   */
  protected StrayReader(ChangeFeed feed) {
    this.feed = feed;
  }

  /** Takes the next event of the feed. */
  protected abstract void take(FeedEvent event);

  @Override
  public final Optional<Stray> poll(Duration wait) {
    long deadline = System.nanoTime() + wait.toNanos();
    Duration left = wait;
    while (ready.isEmpty()) {
      Optional<FeedEvent> event = feed.poll(left);
      if (event.isEmpty()) {
        return Optional.empty();
      }
      take(event.get());
      long nanos = deadline - System.nanoTime();
      if (nanos <= 0 && ready.isEmpty()) {
        // There may be more, but whoever asks has to say what was kept.
        return Optional.empty();
      }
      left = Duration.ofNanos(Math.max(0, nanos));
    }
    return Optional.of(ready.removeFirst());
  }

  @Override
  public void close() {
    feed.close();
  }

  /** A transaction begins. */
  protected final void begin() {
    origin = Origin.NOT_KNOWN_YET;
  }

  /**
   * Whether the transaction is a stray one.
   *
   * @param own whether this change is one of Fram's own row; only the first one counts
   */
  protected final boolean stray(boolean own) {
    if (origin == Origin.NOT_KNOWN_YET) {
      origin = own ? Origin.OWN : Origin.STRAY;
    }
    return origin == Origin.STRAY;
  }

  protected final void found(Stray stray) {
    ready.add(stray);
  }

  /** Whether everything that was found has been handed out. */
  protected final boolean handedOut() {
    return ready.isEmpty();
  }
}
