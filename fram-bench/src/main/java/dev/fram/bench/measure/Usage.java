// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.measure;

/**
 * What a process and all it started have used.
 *
 * @param cpuSeconds user and system time
 * @param writtenBytes bytes sent to the disk
 */
public record Usage(double cpuSeconds, long writtenBytes) {
  /** Of a contender without processes of its own. */
  public static final Usage NONE = new Usage(0, 0);

  public Usage minus(Usage earlier) {
    return new Usage(cpuSeconds - earlier.cpuSeconds, writtenBytes - earlier.writtenBytes);
  }

  Usage plus(Usage other) {
    return new Usage(cpuSeconds + other.cpuSeconds, writtenBytes + other.writtenBytes);
  }
}
