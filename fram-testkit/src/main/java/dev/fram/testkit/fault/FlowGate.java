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
      return admitted;
    } finally {
      lock.unlock();
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
