// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.guard;

/**
 * How much of a burden there may be.
 *
 * @param limit in the burden's unit
 * @param by who says so
 */
record Bound(long limit, By by) {
  /** Who says so. */
  enum By {
    USER,
    /** The server acts by itself there. */
    SERVER,
    /** Half of what the disk could hold for us. */
    DISK,
    FRAM
  }
}
