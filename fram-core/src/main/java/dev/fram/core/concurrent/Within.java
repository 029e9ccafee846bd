// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.concurrent;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Work that may hang for as long as the network lets it, and somebody who cannot wait for that. */
public final class Within {
  private Within() {}

  /**
   * Does the work in a thread of its own.
   *
   * @param name of the thread, after {@code fram-}
   * @return whether it has ended in time; if not, it goes on by itself
   * @throws RuntimeException what it has thrown
   * @throws Stopped when the caller was interrupted meanwhile
   */
  public static boolean limit(Duration limit, String name, Runnable work) {
    FutureTask<Void> task = new FutureTask<>(work, null);
    Thread.ofPlatform().daemon().name("fram-" + name).start(task);
    try {
      task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Stopped();
    } catch (ExecutionException e) {
      throw Thrown.of(e);
    }
  }
}
