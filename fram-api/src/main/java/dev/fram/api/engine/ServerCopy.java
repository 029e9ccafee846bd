// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.error.FramException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The copy of a whole server by the database's own means. It replaces everything that the target
 * holds, Fram's own records included, so that it is done before there are any: how far it is has to
 * be told by the two servers themselves, whenever it was cut off. Opens and closes its own
 * sessions; owned by one thread.
 */
public interface ServerCopy {
  /** How far it is. */
  enum Stage {
    /** Nothing was begun, or what was begun came to nothing. */
    UNTOUCHED,
    /** An earlier run has begun, and {@link #bring} goes on from wherever that one was. */
    BEGUN,
    /** The target holds the copy, or a migration that began with it. */
    DONE
  }

  /**
   * Asks both servers.
   *
   * @throws FramException MIGRATION_MISMATCH when the target holds a migration that was begun in
   *     another way
   */
  Stage stage();

  /**
   * Brings everything over, waits for the target to come back, and leaves it closed to
   * applications, so that the migration can have its record there. May be called again after any
   * crash.
   *
   * @param patience how long the target may be away
   * @param notes told what a person wants to know, or has to do
   * @param goesOn called at least once a second; what it throws ends the wait, not the copy
   * @throws FramException SERVER_SETTING, SERVER_UNREACHABLE (the target did not come back),
   *     AUTHENTICATION_FAILED, PRIVILEGE_MISSING
   */
  void bring(Duration patience, Consumer<String> notes, Runnable goesOn);

  /**
   * Takes away what was made for it on both servers, where no migration was recorded yet. What was
   * brought over stays. Idempotent.
   */
  void forget();
}
