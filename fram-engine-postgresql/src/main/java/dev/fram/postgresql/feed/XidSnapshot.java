// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.feed;

import java.util.Arrays;

/**
 * {@code pg_current_snapshot()}: which transactions a copy has seen, by 64-bit transaction id. The
 * rule of ALGORITHMS A1: a change is applied to a table if and only if its transaction is not
 * visible in the snapshot the table was copied with.
 */
public final class XidSnapshot {
  private final long xmin;
  private final long xmax;
  private final long[] inProgress;

  private XidSnapshot(long xmin, long xmax, long[] inProgress) {
    this.xmin = xmin;
    this.xmax = xmax;
    this.inProgress = inProgress;
  }

  /**
   * Reads {@code xmin:xmax:xip,xip} (manual 9.27, pg_snapshot).
   *
   * @throws IllegalArgumentException when the text is not a snapshot
   */
  public static XidSnapshot parse(String text) {
    String[] parts = text.split(":", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException("not a snapshot: " + text);
    }
    long[] running =
        parts[2].isEmpty()
            ? new long[0]
            : Arrays.stream(parts[2].split(",", -1)).mapToLong(Long::parseLong).sorted().toArray();
    return new XidSnapshot(Long.parseLong(parts[0]), Long.parseLong(parts[1]), running);
  }

  /** The same as the server's {@code pg_visible_in_snapshot}. */
  public boolean sees(long xid) {
    return xid < xmin || (xid < xmax && Arrays.binarySearch(inProgress, xid) < 0);
  }

  /** Whether it sees every transaction with a smaller id. */
  public boolean seesAllBefore(long xid) {
    return xid <= xmin;
  }
}
