// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.api.change.Position;
import dev.fram.mysql.binlog.BinlogPosition;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * From where the source's log is still needed, and how old that is. Any thread; the feed's thread
 * tells, another one asks.
 */
final class LogNeed {
  private static final int MOST = 4096;
  private static final long APART_MILLIS = 1000;

  private final Deque<Read> unconfirmed = new ArrayDeque<>();
  private Optional<BinlogPosition> needed = Optional.empty();

  private record Read(Position end, long committedAtMillis) {}

  /** A feed was opened here. */
  synchronized void opened(BinlogPosition from) {
    needed = Optional.of(from);
    unconfirmed.clear();
  }

  /** A transaction was read; remembered for one a second, so the age is right to a second. */
  synchronized void read(Position end, long committedAtMillis) {
    Read last = unconfirmed.peekLast();
    boolean apart = last == null || committedAtMillis - last.committedAtMillis() >= APART_MILLIS;
    if (apart && unconfirmed.size() < MOST) {
      unconfirmed.addLast(new Read(end, committedAtMillis));
    }
  }

  /** Everything up to there is on the target. */
  synchronized void confirmed(Position durable) {
    needed = Optional.of((BinlogPosition) durable);
    while (!unconfirmed.isEmpty() && durable.covers(unconfirmed.getFirst().end())) {
      unconfirmed.removeFirst();
    }
  }

  synchronized Optional<BinlogPosition> needed() {
    return needed;
  }

  /** When the oldest transaction was committed that is still needed; by the source's clock. */
  synchronized OptionalLong oldestMillis() {
    return unconfirmed.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(unconfirmed.getFirst().committedAtMillis());
  }
}
