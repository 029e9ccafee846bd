// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.feed;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.postgresql.pgoutput.PgOutput;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Turns messages into events and keeps track of where transactions begin and end. Transactions that
 * end at or before the starting point are left out (after a crash the source sends some again,
 * because a slot's position is written only at a checkpoint); the layouts inside them are kept, as
 * the server will not send them again. Owned by the feed's thread.
 */
final class Transactions {
  private enum State {
    OUTSIDE,
    INSIDE,
    /** Inside one that is left out. */
    SKIPPING
  }

  private final XidWidener widener;
  private final TouchOrder order;
  private final Deque<FeedEvent> ready = new ArrayDeque<>();
  private final Deque<FeedEvent> layouts = new ArrayDeque<>();
  private State state = State.OUTSIDE;
  private Lsn boundary;

  /**
   * @param order told which tables each transaction writes to
   */
  Transactions(Lsn from, XidWidener widener, TouchOrder order) {
    this.boundary = from;
    this.order = order;
    this.widener = widener;
  }

  /** The end of the last transaction that was handed out whole, or the last idle position. */
  Lsn boundary() {
    return boundary;
  }

  Optional<FeedEvent> next() {
    FeedEvent event = ready.poll();
    if (event instanceof FeedEvent.Commit commit) {
      boundary = (Lsn) commit.end();
    }
    return Optional.ofNullable(event);
  }

  /**
   * @param received the position the server has told of last
   */
  Optional<FeedEvent> idle(long received) {
    Lsn reached = new Lsn(received);
    if (state != State.OUTSIDE || !ready.isEmpty() || reached.compareTo(boundary) <= 0) {
      return Optional.empty();
    }
    boundary = reached;
    return Optional.of(new FeedEvent.Idle(reached));
  }

  void take(byte[] message) {
    switch (PgOutput.kind(message)) {
      case BEGIN -> begin(PgOutput.begin(message));
      case COMMIT -> commit(PgOutput.commit(message));
      case RELATION -> layout(new FeedEvent.SchemaChange(message));
      case ROW -> {
        order.row(PgOutput.table(message));
        change(new FeedEvent.Row(message));
      }
      case TRUNCATE -> change(new FeedEvent.Truncate(message));
      case OTHER -> {}
    }
  }

  private void begin(PgOutput.Begin begin) {
    expect(state == State.OUTSIDE, "a transaction begins inside another");
    order.begin();
    long xid = widener.widen(begin.xid());
    // The commit record begins before the position it leads to: no position lies in between.
    if (new Lsn(begin.commitLsn()).compareTo(boundary) < 0) {
      state = State.SKIPPING;
      return;
    }
    state = State.INSIDE;
    byte[] header = new TransactionHeader(xid, begin.commitLsn()).encode();
    ready.add(new FeedEvent.Begin(begin.committedAtMillis(), header));
    ready.addAll(layouts);
    layouts.clear();
  }

  private void commit(PgOutput.Commit commit) {
    expect(state != State.OUTSIDE, "a transaction ends that did not begin");
    order.commit();
    if (state == State.INSIDE) {
      ready.add(new FeedEvent.Commit(new Lsn(commit.endLsn()), NOTHING));
    }
    state = State.OUTSIDE;
  }

  private void layout(FeedEvent.SchemaChange event) {
    expect(state != State.OUTSIDE, "a layout stands outside a transaction");
    (state == State.INSIDE ? ready : layouts).add(event);
  }

  private void change(FeedEvent event) {
    expect(state != State.OUTSIDE, "a change stands outside a transaction");
    if (state == State.INSIDE) {
      ready.add(event);
    }
  }

  private static final byte[] NOTHING = new byte[0];

  private static void expect(boolean holds, String otherwise) {
    if (!holds) {
      throw new FramException(
          ErrorCode.FEED_INVALID,
          "The source's change stream cannot be read: " + otherwise + ".",
          "Report this with the source's exact version; the source is unharmed.");
    }
  }
}
