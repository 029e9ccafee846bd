// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.fault;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Decides for every pump of a {@link TcpProxy} whether bytes may go on. Any thread. */
final class FlowGate {
  private enum State {
    PASS,
    STALL,
    CUT
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Flow, Long> limits = new EnumMap<>(Flow.class);
  private final Map<Flow, Long> carried = new EnumMap<>(Flow.class);
  private final Map<Flow, Long> paces = new EnumMap<>(Flow.class);
  private final Map<Flow, Long> freeAt = new EnumMap<>(Flow.class);
  private State state = State.PASS;

  void pass() {
    become(State.PASS);
  }

  void stall() {
    become(State.STALL);
  }

  void cut() {
    become(State.CUT);
  }

  void limit(Flow flow, long bytes) {
    lock.lock();
    try {
      limits.put(flow, bytes);
    } finally {
      lock.unlock();
    }
  }

  /** From now on so many bytes a second, over all connections; 0 for as fast as they come. */
  void pace(Flow flow, long bytesPerSecond) {
    lock.lock();
    try {
      paces.put(flow, bytesPerSecond);
      freeAt.put(flow, System.nanoTime());
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isCut() {
    lock.lock();
    try {
      return state == State.CUT;
    } finally {
      lock.unlock();
    }
  }

  long carried(Flow flow) {
    lock.lock();
    try {
      return carried.getOrDefault(flow, 0L);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits while the network stalls.
   *
   * @return how many of the bytes may go on; fewer than {@code wanted} means: then cut
   */
  int admit(Flow flow, int wanted) throws InterruptedException {
    lock.lock();
    try {
      while (state == State.STALL) {
        changed.await();
      }
      if (state == State.CUT) {
        return 0;
      }
      Long limit = limits.get(flow);
      int admitted = limit == null ? wanted : (int) Math.min(wanted, limit);
      if (limit != null) {
        limits.put(flow, limit - admitted);
      }
      carried.merge(flow, (long) admitted, Long::sum);
      awaitTurn(flow, admitted);
      return admitted;
    } finally {
      lock.unlock();
    }
  }

  /** Each piece waits for the end of those before it, whichever connection they belong to. */
  private void awaitTurn(Flow flow, int bytes) throws InterruptedException {
    long pace = paces.getOrDefault(flow, 0L);
    if (pace > 0) {
      long now = System.nanoTime();
      long end = Math.max(now, freeAt.getOrDefault(flow, now)) + bytes * 1_000_000_000L / pace;
      freeAt.put(flow, end);
      long left = end - now;
      while (left > 0 && state != State.CUT && paces.getOrDefault(flow, 0L) == pace) {
        left = changed.awaitNanos(left);
      }
    }
  }

  private void become(State next) {
    lock.lock();
    try {
      state = next;
      limits.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
