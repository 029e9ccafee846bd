// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import java.util.Collection;

/** How fast rows are compared here; for saying beforehand how long the last proof takes. */
final class ProofRate {
  /** What is reached even on a slow day, before anything was measured; rows a second. */
  private static final long CAUTIOUS_ROWS = 50_000;

  private static final long CAUTIOUS_KEYS = 5_000;
  private static final long SESSIONS_MILLIS = 50;

  private long rows;
  private long rowNanos;
  private long keys;
  private long keyNanos;

  synchronized void took(CompareUnit unit, Collection<SpanResult> results, long nanos) {
    long sum = results.stream().mapToLong(SpanResult::rows).sum();
    switch (unit) {
      case CompareUnit.Whole whole -> whole(sum, nanos);
      case CompareUnit.Range range -> whole(sum, nanos);
      case CompareUnit.Touched touched -> {
        keys += sum;
        keyNanos += nanos;
      }
    }
  }

  private void whole(long sum, long nanos) {
    rows += sum;
    rowNanos += nanos;
  }

  /** Of one worker. */
  synchronized long rowsPerSecond() {
    return perSecond(rows, rowNanos, CAUTIOUS_ROWS);
  }

  synchronized long millis(long rowsLeft, long keysLeft) {
    if (rowsLeft == 0 && keysLeft == 0) {
      return 0;
    }
    return SESSIONS_MILLIS
        + rowsLeft * 1_000 / rowsPerSecond()
        + keysLeft * 1_000 / perSecond(keys, keyNanos, CAUTIOUS_KEYS);
  }

  /** A few rows tell nothing: what was there before anything was measured counts until then. */
  private static long perSecond(long count, long nanos, long cautious) {
    boolean measured = count >= cautious && nanos > 0;
    return measured ? Math.max(1, count * 1_000_000_000L / nanos) : cautious;
  }
}
