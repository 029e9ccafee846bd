// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.throttle;

/**
 * The copy was slowed down by somebody.
 *
 * @param side where its threads wait longer than before
 * @param sinceMillis since when, by the wall clock
 * @param before bytes a second before
 * @param after bytes a second since then
 * @param source waits for the source
 * @param target waits for the target
 */
record Throttled(
    Side side, long sinceMillis, double before, double after, Wait source, Wait target) {
  enum Side {
    SOURCE,
    TARGET
  }

  /** Milliseconds of waiting for a megabyte, before and after. */
  record Wait(double before, double after) {
    double more() {
      return after - before;
    }
  }
}
