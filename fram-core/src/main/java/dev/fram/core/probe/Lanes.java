// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.WorkerGroup;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.function.Supplier;

/**
 * The same work in several sessions at a time, each in a thread of its own. What was begun is
 * finished and counted, with its time. Owned by one thread.
 */
final class Lanes {
  private final int count;
  private final Clock clock;
  private final StopSignal parent;

  Lanes(int count, Clock clock, StopSignal parent) {
    this.count = count;
    this.clock = clock;
    this.parent = parent;
  }

  int count() {
    return count;
  }

  /** One session's work. */
  interface Lane extends AutoCloseable {
    /** Opens the session, so that this is not measured. */
    void ready();

    /** Bytes of the next piece of work; below 0 when there is no more. */
    long step(long endNanos);

    /** Any thread. */
    @Override
    void close();
  }

  Rate run(Duration limit, Supplier<Lane> lanes) {
    Run run = new Run(limit);
    try (WorkerGroup workers = new WorkerGroup(parent, run::cut)) {
      for (int i = 1; i <= count; i++) {
        workers.start("measure-" + i, () -> run.work(lanes, workers.signal()));
      }
      workers.join();
    }
    return run.rate();
  }

  private final class Run {
    private final Duration limit;
    private final CountDownLatch ready = new CountDownLatch(count);
    private final AtomicLong bytes = new AtomicLong();
    private final LongAccumulator began = new LongAccumulator(Math::min, Long.MAX_VALUE);
    private final LongAccumulator ended = new LongAccumulator(Math::max, Long.MIN_VALUE);
    private final List<Lane> open = new CopyOnWriteArrayList<>();

    Run(Duration limit) {
      this.limit = limit;
    }

    void work(Supplier<Lane> lanes, StopSignal signal) {
      try (Lane lane = lanes.get()) {
        open.add(lane);
        lane.ready();
        ready.countDown();
        awaitAll(signal);
        long now = clock.nanos();
        began.accumulate(now);
        long end = now + limit.toNanos();
        long done = 0;
        while (done >= 0 && clock.nanos() < end) {
          signal.check();
          done = lane.step(end);
          bytes.addAndGet(Math.max(0, done));
        }
        ended.accumulate(clock.nanos());
      }
    }

    private void awaitAll(StopSignal signal) {
      try {
        while (!ready.await(20, TimeUnit.MILLISECONDS)) {
          signal.check();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    void cut() {
      open.forEach(Lane::close);
    }

    Rate rate() {
      return Rate.of(bytes.get(), Math.max(1, ended.get() - began.get()));
    }
  }
}
