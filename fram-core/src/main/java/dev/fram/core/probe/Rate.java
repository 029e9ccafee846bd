// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

/**
 * Bytes over a time.
 *
 * @param bytes how many
 * @param millis in which time
 * @param bytesPerSecond what that is a second
 */
public record Rate(long bytes, long millis, double bytesPerSecond) {
  static Rate of(long bytes, long nanos) {
    return new Rate(bytes, nanos / 1_000_000, bytes * 1e9 / Math.max(1, nanos));
  }
}
