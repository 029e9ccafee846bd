// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import dev.fram.api.probe.LogProbe;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Writes to the target's log in pieces, each forced to the disk, that grow until one takes about a
 * second: a short one may find room in a cache, or in what a limit lets through at once. Owned by
 * one thread.
 */
final class SequentialMeter {
  private static final int FIRST = 1 << 20;
  private static final int MOST = 32 << 20;

  /** The next is never so many times as large as this: the first ones tell too much. */
  private static final int GROWTH = 4;

  private static final double PIECE_NANOS = 1e9;

  /** A piece that is followed by one so many times as large was only on the way there. */
  private static final int MUCH_LARGER = 2;

  private final Clock clock;
  private final StopSignal signal;
  private long bytes;
  private long nanos;

  SequentialMeter(Clock clock, StopSignal signal) {
    this.clock = clock;
    this.signal = signal;
  }

  /**
   * @param limit no piece begins later, but for the second
   * @param mostBytes nor when so many are in the log
   */
  SequentialFigures measure(LogProbe log, Duration limit, long mostBytes) {
    Optional<String> obstacle = log.obstacle();
    if (obstacle.isPresent()) {
      return SequentialFigures.unknown(obstacle.get());
    }
    long end = clock.nanos() + limit.toNanos();
    int size = FIRST;
    // It pays for what later ones find ready.
    long spent = piece(log, size);
    do {
      int next = next(size);
      if (next >= MUCH_LARGER * size) {
        bytes = 0;
        nanos = 0;
      }
      size = next;
      spent += piece(log, size);
    } while (clock.nanos() < end && spent + 2L * size <= mostBytes);
    return bytes == 0
        ? SequentialFigures.unknown("the server began a new file of its log each time")
        : new SequentialFigures(Optional.of(Rate.of(bytes, nanos)), log.name());
  }

  /** What it adds to the log. */
  private long piece(LogProbe log, int size) {
    signal.check();
    long staged = log.stage(size);
    long began = clock.nanos();
    log.write();
    long took = clock.nanos() - began;
    OptionalLong written = log.written();
    if (written.isPresent()) {
      bytes += written.getAsLong();
      nanos += took;
    }
    return staged;
  }

  private int next(int size) {
    double fitting = nanos == 0 ? size : bytes * PIECE_NANOS / nanos;
    return (int) Math.max(FIRST, Math.min(Math.min(fitting, MOST), (double) GROWTH * size));
  }
}
