// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.ChangeFeed;
import dev.fram.core.bus.EventBus;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.lag.LagMeter;
import java.time.Duration;

/**
 * Reads the feed into the backlog and tells the source what is durable on the target, nothing more.
 * Owned by the feed thread.
 */
final class FeedReader {
  private static final Duration POLL = Duration.ofMillis(50);
  private static final String HELD_BY = "backlog";

  private final Backlog backlog;
  private final FeedProgress progress;
  private final LagMeter lag;
  private final EventBus bus;
  private final Clock clock;
  private final Duration confirmEvery;
  private long confirmedNanos;

  FeedReader(
      Backlog backlog,
      FeedProgress progress,
      LagMeter lag,
      EventBus bus,
      Clock clock,
      Duration confirmEvery) {
    this.backlog = backlog;
    this.progress = progress;
    this.lag = lag;
    this.bus = bus;
    this.clock = clock;
    this.confirmEvery = confirmEvery;
  }

  void read(ChangeFeed feed, StopSignal signal) {
    confirmedNanos = clock.nanos();
    while (!signal.raised()) {
      if (!backlog.hasRoom()) {
        awaitRoom(feed, signal);
      }
      feed.poll(POLL).ifPresent(this::take);
      confirmWhenDue(feed);
    }
  }

  private void take(FeedEvent event) {
    if (event instanceof FeedEvent.Begin begin) {
      lag.read(begin.committedAtMillis());
    }
    // First the backlog, then the position: who waits for the position may rely on the backlog.
    backlog.put(event);
    switch (event) {
      case FeedEvent.Commit commit -> reached(commit.end());
      case FeedEvent.Idle idle -> reached(idle.reached());
      case FeedEvent.Begin e -> {}
      case FeedEvent.Row e -> {}
      case FeedEvent.Truncate e -> {}
      case FeedEvent.SchemaChange e -> {}
      case FeedEvent.Statement e -> {}
    }
  }

  private void reached(Position position) {
    progress.received(position);
    bus.publish(new RunEvent.Received(position.text()));
  }

  private void confirmWhenDue(ChangeFeed feed) {
    long now = clock.nanos();
    if (now - confirmedNanos >= confirmEvery.toNanos()) {
      progress.durable().ifPresent(feed::confirm);
      confirmedNanos = now;
    }
  }

  /** The source keeps its log meanwhile; nothing is ever dropped here. */
  private void awaitRoom(ChangeFeed feed, StopSignal signal) {
    bus.publish(
        new RunEvent.Held(
            HELD_BY,
            "This machine has too little disk left for the backlog; reading from the source has"
                + " stopped and its log grows. Free some space in the backlog's folder."));
    while (!backlog.hasRoom()) {
      signal.pause(POLL);
      feed.keepAlive();
      confirmWhenDue(feed);
    }
    bus.publish(new RunEvent.HeldEnded(HELD_BY));
  }
}
