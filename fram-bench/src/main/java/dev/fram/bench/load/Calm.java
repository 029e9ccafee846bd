// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.load;

import dev.fram.bench.data.BenchArena;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The application that the contenders have beside them: a third of the best that the source can
 * write. Used by one thread.
 */
final class Calm {
  private static final double PART = 1 / 3.0;

  private final BenchArena arena;
  private final int clients;
  private final int seconds;
  private OptionalDouble best = OptionalDouble.empty();

  Calm(BenchArena arena, int clients, int seconds) {
    this.arena = arena;
    this.clients = clients;
    this.seconds = seconds;
  }

  int seconds() {
    return seconds;
  }

  /** Transactions a second, as fast as it goes; measured once, all contenders meet the same. */
  double best() throws Exception {
    if (best.isEmpty()) {
      best = OptionalDouble.of(during(0).perSecond());
    }
    return best.getAsDouble();
  }

  /** The application alone. */
  Oltp.Seen alone() throws Exception {
    return during(best() * PART);
  }

  /** The application, until it is stopped. */
  Oltp beside() throws Exception {
    return Oltp.start(arena, clients, best() * PART);
  }

  /** As much of the best, for the time of a measurement. */
  Oltp.Seen during(double perSecond) throws Exception {
    Oltp load = Oltp.start(arena, clients, perSecond);
    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(seconds));
    return load.stop();
  }
}
