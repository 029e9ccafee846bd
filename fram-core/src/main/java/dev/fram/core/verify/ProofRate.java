// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import java.util.Collection;

/** How fast rows are compared here; for saying beforehand how long the last proof takes. */
final class ProofRate {
  /** What is reached even on a slow day, before anything was measured; rows a second. */
  private static final long CAUTIOUS_ROWS = 50_000;

  private static final long SESSIONS_MILLIS = 50;

  private long rows;
  private long nanos;

  /** What whole tables and ranges took; the rows that were looked up one by one tell less. */
  synchronized void took(CompareUnit unit, Collection<SpanResult> results, long tookNanos) {
    switch (unit) {
      case CompareUnit.Whole whole -> add(results, tookNanos);
      case CompareUnit.Range range -> add(results, tookNanos);
      case CompareUnit.Touched touched -> {}
      case CompareUnit.Mend mend -> {}
    }
  }

  private void add(Collection<SpanResult> results, long tookNanos) {
    rows += results.stream().mapToLong(SpanResult::rows).sum();
    nanos += tookNanos;
  }

  /** Of one job. A few rows tell nothing: the cautious rate counts until there are more. */
  synchronized long rowsPerSecond() {
    boolean measured = rows >= CAUTIOUS_ROWS && nanos > 0;
    return measured ? Math.max(1, rows * 1_000_000_000L / nanos) : CAUTIOUS_ROWS;
  }

  long millis(long rowsLeft) {
    return rowsLeft == 0 ? 0 : SESSIONS_MILLIS + rowsLeft * 1_000 / rowsPerSecond();
  }
}
