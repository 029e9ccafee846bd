// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.change;

/**
 * One piece of the feed, in commit order: Begin, then Row, Truncate, SchemaChange and Statement,
 * then Commit; Idle only between transactions. The payload is the engine's own encoding, complete
 * in itself: the core stores it and hands it back, but never looks inside (that is what keeps the
 * core free of values and lets the backlog live on disk).
 *
 * <p>Arrays are not copied: whoever makes an event does not touch the array again.
 */
@SuppressWarnings("ArrayRecordComponent") // see above: never copied, never compared
public sealed interface FeedEvent {

  /** What the event takes in memory and in the backlog, in bytes. */
  default int bytes() {
    return payload().length + 32;
  }

  /** The engine's encoding; empty for Idle. */
  byte[] payload();

  /** A transaction begins. The payload tells the engine which one, for its fences. */
  record Begin(long committedAtMillis, byte[] payload) implements FeedEvent {}

  /** One row was inserted, updated or deleted. */
  record Row(byte[] payload) implements FeedEvent {}

  /** One or several tables were emptied by one statement. */
  record Truncate(byte[] payload) implements FeedEvent {}

  /** How the rows that follow are laid out (PostgreSQL: a Relation message). */
  record SchemaChange(byte[] payload) implements FeedEvent {}

  /**
   * A statement that changes the schema. Its transaction is always alone in its batch: what comes
   * before is on the target first, what comes after waits for it.
   */
  record Statement(byte[] payload) implements FeedEvent {}

  /** The transaction is complete; applying up to here brings the target to {@code end}. */
  record Commit(Position end, byte[] payload) implements FeedEvent {}

  /** No transaction is open and the feed has everything up to {@code reached}. */
  record Idle(Position reached) implements FeedEvent {
    private static final byte[] NOTHING = new byte[0];

    @Override
    public byte[] payload() {
      return NOTHING;
    }
  }
}
