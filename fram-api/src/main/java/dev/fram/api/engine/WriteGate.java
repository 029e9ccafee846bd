// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.change.Position;
import dev.fram.api.error.FramException;
import java.time.Duration;
import java.util.List;

/**
 * What blocks the application's writes on the source. First held by a session, so that the server
 * itself opens it again when Fram dies; then, in one commit, made durable together with the
 * hand-over register: the point of no return. Owned by one thread.
 */
public interface WriteGate extends AutoCloseable {
  /** Who would keep the gate from closing now: long transactions, prepared ones. For people. */
  List<String> blockers();

  /**
   * Opens beforehand what closing takes; the gate stays open. What it has opened may be lost again
   * until then, and is opened anew.
   *
   * @throws FramException a transient code
   */
  default void prepare() {}

  /**
   * Tries once to close the gate. Waiting writers wait on (without an error) while it tries, so the
   * attempt is short.
   *
   * @return whether it is closed now
   * @throws FramException a transient code; the gate is open then
   */
  Attempt close(Duration lockTimeout);

  /**
   * A marker's position in the log, read after the gate has closed: nothing the application wrote
   * lies beyond it.
   */
  Position frozenAt();

  /**
   * Makes the gate durable and writes "handed over" into the register, in one commit.
   *
   * @return NOT_DONE: rolled back, the gate is open; UNKNOWN: ask {@link Source#handOver()} on a
   *     new connection, never try again blindly
   */
  StepOutcome handOver(long epoch, Position frozenAt);

  /**
   * Who could still write to the source after the hand-over, because the server has nothing that
   * would stop them. Asked while the gate is closed, right before the hand-over, which then must
   * not happen. For people.
   */
  default List<String> unstoppable() {
    return List.of();
  }

  /** Opens the gate again (only before the hand-over). Idempotent, never throws. */
  void release();

  /** Releases, unless handed over. */
  @Override
  void close();

  /** Whether the gate closed. */
  sealed interface Attempt {
    record Closed() implements Attempt {}

    /** Somebody held on for longer than the timeout; the gate is open. */
    record Busy(List<String> blockers) implements Attempt {}
  }
}
