// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.concurrent;

import java.time.Duration;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Says once and for ever that work must end; raising a signal raises its children. Threads are not
 * interrupted: drivers answer an interrupt in ways of their own, or not at all. Thread-safe.
 */
public final class StopSignal {
  private final CountDownLatch latch = new CountDownLatch(1);
  private final CopyOnWriteArrayList<StopSignal> children = new CopyOnWriteArrayList<>();

  /** A signal that is raised with this one, or alone. */
  public StopSignal child() {
    StopSignal child = new StopSignal();
    children.add(child);
    if (raised()) {
      child.raise();
    }
    return child;
  }

  /** Lets go of a child that is no longer used. */
  public void forget(StopSignal child) {
    children.remove(child);
  }

  public void raise() {
    latch.countDown();
    children.forEach(StopSignal::raise);
  }

  public boolean raised() {
    return latch.getCount() == 0;
  }

  /**
   * @throws Stopped when it was raised
   */
  public void check() {
    if (raised()) {
      throw new Stopped();
    }
  }

  /**
   * Waits for that long.
   *
   * @throws Stopped as soon as it is raised
   */
  public void pause(Duration duration) {
    try {
      if (latch.await(duration.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new Stopped();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Stopped();
    }
  }
}
