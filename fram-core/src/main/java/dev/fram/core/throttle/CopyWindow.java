// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.throttle;

/**
 * What the copy did in a second or so.
 *
 * @param atMillis when it began, by the wall clock
 * @param seconds how long it was
 * @param bytes bytes moved
 * @param rows rows moved
 * @param sourceSeconds how long the threads have waited for the source, together
 * @param targetSeconds the same for the target
 */
record CopyWindow(
    long atMillis,
    double seconds,
    long bytes,
    long rows,
    double sourceSeconds,
    double targetSeconds) {

  static CopyWindow between(long atMillis, long nanos, CopyFlow.Totals then, CopyFlow.Totals now) {
    return new CopyWindow(
        atMillis,
        nanos / 1e9,
        now.bytes() - then.bytes(),
        now.rows() - then.rows(),
        (now.sourceNanos() - then.sourceNanos()) / 1e9,
        (now.targetNanos() - then.targetNanos()) / 1e9);
  }

  /** Nothing was moved: tables are begun or ended, or everything stands still. */
  boolean idle() {
    return bytes == 0 || rows == 0 || sourceSeconds + targetSeconds <= 0;
  }

  double bytesPerSecond() {
    return bytes / seconds;
  }

  double rowsPerSecond() {
    return rows / seconds;
  }

  /** By one thread that does nothing but copy. */
  double bytesPerBusySecond() {
    return bytes / (sourceSeconds + targetSeconds);
  }

  double rowsPerBusySecond() {
    return rows / (sourceSeconds + targetSeconds);
  }
}
