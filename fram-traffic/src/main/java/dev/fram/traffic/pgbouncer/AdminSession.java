// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.pgbouncer;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The admin console over several steps: a login takes longer than the command, and clients wait for
 * it. What is asked may be asked again, so a session that has gone meanwhile is opened anew. One
 * caller at a time, of any thread.
 */
final class AdminSession {
  private final Opening opening;
  private final Duration limit;
  private @Nullable Console kept;

  /** Logs in. */
  @FunctionalInterface
  interface Opening {
    Console open() throws IOException;
  }

  /** Commands that do no harm when they are sent twice. */
  @FunctionalInterface
  interface Work<T> {
    T with(Console console) throws IOException;
  }

  /**
   * @param limit for each piece of work that sets none of its own
   */
  AdminSession(Opening opening, Duration limit) {
    this.opening = opening;
    this.limit = limit;
  }

  /** Does it in the session that is there, or a new one, which stays open. */
  <T> T with(Work<T> work) throws IOException {
    if (kept != null) {
      try {
        return inSession(kept, work);
      } catch (SocketTimeoutException | ConsoleError e) {
        throw e;
      } catch (IOException e) {
        // PgBouncer has ended it.
      }
    }
    Console fresh = opening.open();
    kept = fresh;
    return inSession(fresh, work);
  }

  private <T> T inSession(Console console, Work<T> work) throws IOException {
    boolean done = false;
    try {
      T result = work.with(console.within(limit));
      done = true;
      return result;
    } finally {
      if (!done) {
        end();
      }
    }
  }

  void end() {
    Console console = kept;
    kept = null;
    if (console != null) {
      console.close();
    }
  }
}
