// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.bus;

import dev.fram.api.status.Status;
import java.util.stream.DoubleStream;

/**
 * How long the copy and its indexes still take: a range, from the rates of three spans of time, and
 * from the index work that was seen. Silent until it has seen enough. Not thread-safe.
 */
final class EtaMeter {
  /** Shorter than this is not worth a number. */
  private static final long ENOUGH_NANOS = 10_000_000_000L;

  /**
   * A table of some kilobytes takes as long as its statements do: 210 MB to go, told from one,
   * became 44 minutes. So the indexes of this part of what is left have to be built first.
   */
  private static final int TELLING_PART = 100;

  private final Meter lately = new Meter(15_000_000_000L);
  private final Meter minute = new Meter(60_000_000_000L);
  private long beganNanos = -1;
  private long beganBytes;
  private long indexedBytes;
  private long indexNanos;
  private int indexedAtOnce = 1;

  /**
   * Where the work stands.
   *
   * @param bytes bytes copied
   * @param bytesLeft bytes still to be copied
   * @param indexLeft bytes of tables whose indexes are not built
   */
  record Work(long bytes, long bytesLeft, long indexLeft) {}

  /** A table's indexes were built. */
  void indexed(long bytes, long nanos) {
    indexedBytes += bytes;
    indexNanos += nanos;
  }

  /** So many tables are indexed at a time. */
  void indexing(int tables) {
    indexedAtOnce = Math.max(indexedAtOnce, tables);
  }

  Status.Eta eta(long nanos, Work work) {
    if (work.bytesLeft() == 0 && work.indexLeft() == 0) {
      return new Status.Eta(0, 0, Status.Eta.Of.COPY_AND_INDEXES);
    }
    double[] rates = rates(nanos, work.bytes());
    boolean known = work.bytesLeft() == 0 || rates.length > 0;
    boolean told = indexedBytes > 0 && indexedBytes >= work.indexLeft() / TELLING_PART;
    if (!known || (work.bytesLeft() == 0 && !told)) {
      return Status.Eta.measuring();
    }
    long low = 0;
    long high = 0;
    for (double rate : rates) {
      long millis = Math.round(work.bytesLeft() / rate * 1000);
      low = low == 0 ? millis : Math.min(low, millis);
      high = Math.max(high, millis);
    }
    if (!told) {
      return new Status.Eta(low, high, Status.Eta.Of.COPY);
    }
    // Indexes of one table are built while others are copied; at worst after all of them.
    double index = (double) indexNanos / indexedBytes * work.indexLeft() / 1e6;
    return new Status.Eta(
        Math.max(low, Math.round(index / indexedAtOnce)),
        high + Math.round(index),
        Status.Eta.Of.COPY_AND_INDEXES);
  }

  /** Bytes a second over different spans; none until there is enough to tell from. */
  private double[] rates(long nanos, long bytes) {
    if (bytes > 0 && beganNanos < 0) {
      beganNanos = nanos;
      beganBytes = bytes;
    }
    long last = lately.rate(nanos, bytes);
    long before = minute.rate(nanos, bytes);
    if (beganNanos < 0 || nanos - beganNanos < ENOUGH_NANOS) {
      return new double[0];
    }
    double all = (bytes - beganBytes) * 1e9 / (nanos - beganNanos);
    return DoubleStream.of(all, (double) before, (double) last).filter(rate -> rate > 0).toArray();
  }
}
