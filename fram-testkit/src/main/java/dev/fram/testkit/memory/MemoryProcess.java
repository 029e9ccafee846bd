// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * One process that runs Fram. When it crashes, its sessions are gone on both servers, and each of
 * its threads learns of it at its next call. Thread-safe.
 */
public final class MemoryProcess {
  private enum Life {
    ALIVE,
    DEAD
  }

  private final MemoryFaults faults;
  private final AtomicReference<Life> life = new AtomicReference<>(Life.ALIVE);
  private final CopyOnWriteArrayList<Runnable> sessions = new CopyOnWriteArrayList<>();

  public MemoryProcess(MemoryFaults faults) {
    this.faults = faults;
  }

  /** Dies here and now. */
  public MemoryCrash crash(String where) {
    life.set(Life.DEAD);
    sessions.forEach(Runnable::run);
    throw new MemoryCrash(where);
  }

  void alive() {
    if (life.get() == Life.DEAD) {
      throw new MemoryCrash("a later call");
    }
  }

  /** What a server does when this process is gone. */
  void onCrash(Runnable drop) {
    sessions.add(drop);
  }

  void at(String point) {
    alive();
    faults.at(this, point);
  }

  /** Something durable, with a chance to die before and after it. */
  <T> T durable(String point, Supplier<T> act) {
    at(point + ":before");
    T result = act.get();
    at(point + ":after");
    return result;
  }

  void durable(String point, Runnable act) {
    durable(
        point,
        () -> {
          act.run();
          return true;
        });
  }
}
