// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.bus;

import dev.fram.api.status.Status;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The lag of the last six minutes: for a line beside the number. Of one direction only, because the
 * lag there says nothing about the way back. Not thread-safe: the projector guards it.
 */
final class LagTrend {
  static final int MOST = 120;
  static final long STEP_MILLIS = 3_000;

  private static final long STEP_NANOS = STEP_MILLIS * 1_000_000;
  private static final long UNKNOWN = -1;

  private final Deque<Long> values = new ArrayDeque<>();
  private long newest;

  /** What it is now. Steps in which nobody has said anything are gaps, not zeros. */
  void take(long nanos, long lagMillis) {
    long step = Math.floorDiv(nanos, STEP_NANOS);
    if (!values.isEmpty() && step == newest) {
      values.addLast(Math.max(values.removeLast(), lagMillis));
      return;
    }
    long missed = values.isEmpty() ? 0 : Math.min(step - newest - 1, MOST);
    for (long i = 0; i < missed; i++) {
      values.addLast(UNKNOWN);
    }
    values.addLast(lagMillis);
    newest = step;
    while (values.size() > MOST) {
      values.removeFirst();
    }
  }

  /** The direction has changed. */
  void forget() {
    values.clear();
  }

  Status.Trend picture() {
    return new Status.Trend(STEP_MILLIS, List.copyOf(values));
  }
}
