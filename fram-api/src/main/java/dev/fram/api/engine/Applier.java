// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.error.FramException;
import java.util.List;

/**
 * Writes whole source transactions to the target, several in one target transaction, together with
 * the position they lead to. Owned by one thread.
 *
 * <p>Order of calls: {@code begin, apply*, commit} or {@code begin, apply*, rollback}. A failed
 * call leaves nothing behind but an open transaction that {@code rollback} or {@code close} ends.
 */
public interface Applier extends AutoCloseable {
  /** The position that is durable on the target now. */
  Position position();

  /**
   * Opens a target transaction that goes on from {@code from}: compare-and-set on position and
   * epoch, which is exactly-once and the fence against a second run.
   *
   * @throws FramException FENCED when another run owns the position
   */
  void begin(Position from);

  /**
   * Applies events in feed order: any number of whole transactions, or the next piece of one that
   * is too large to hold (then it is alone in its target transaction).
   *
   * @return how many row changes were applied, and how many were left out because the table's copy
   *     already holds them
   * @throws FramException ROW_DIVERGENCE, CONSTRAINT_DIVERGENCE, SCHEMA_DRIFT, or a transient code
   */
  Applied apply(List<FeedEvent> events);

  /**
   * Commits with the position the last whole transaction leads to. When the connection dies during
   * the commit the outcome is unknown and the code is CONNECTION_LOST: the caller opens a new
   * applier and reads {@link #position()}.
   */
  void commit(Position to);

  void rollback();

  @Override
  void close();

  /**
   * What a call did.
   *
   * @param changes row changes applied
   * @param skipped row changes the copy already held
   */
  record Applied(long changes, long skipped) {}
}
