// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.traffic;

import java.time.Duration;

/**
 * One thing that points applications at a server, for one {@link TrafficMove}. Each step may be
 * done again, also by another process that knows nothing of an earlier one: what has happened is
 * read from the thing itself. No step throws: what went wrong is an outcome. One step at a time;
 * several switches work at once.
 */
public interface TrafficSwitch {

  /** What it is and where, for people: {@code pgbouncer 10.0.0.5:6432}. Holds no secret. */
  String name();

  /** Looks whether everything is as it must be. Changes nothing. */
  SwitchCheck check();

  /**
   * Before the write gate closes: holds the applications' work back without an error, where the
   * thing can do that. When it is not done, {@link #undo} follows.
   *
   * @param limit it gives up after this
   */
  SwitchOutcome pause(Duration limit);

  /** The write gate is closed and everything up to it is on the target. */
  default SwitchOutcome frozen(Duration limit) {
    return SwitchOutcome.done();
  }

  /** The new server is open: points applications at it, now and after a restart of the thing. */
  SwitchOutcome redirect();

  /** After {@link #redirect}: lets the applications' work go on. */
  SwitchOutcome resume();

  /** The cutover was undone: lets the applications' work go on with the server that they have. */
  SwitchOutcome undo();
}
