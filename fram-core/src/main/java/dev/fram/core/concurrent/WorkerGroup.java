// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.concurrent;

import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.FramException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Named platform threads that belong together: the first failure stops the others, and nobody
 * leaves before all have ended. Owned by the thread that made it.
 */
public final class WorkerGroup implements AutoCloseable {
  /** How long a worker may take to notice the signal before its connections are cut. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  private static final Duration LOOK = Duration.ofMillis(200);

  private final Duration grace;
  private final StopSignal parent;
  private final StopSignal signal;
  private final Runnable lastResort;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<Optional<Throwable>> failure =
      new AtomicReference<>(Optional.empty());
  private final CountDownLatch left = new CountDownLatch(1);
  private final AtomicBoolean cut = new AtomicBoolean();

  /**
   * @param parent raises this group's signal too
   * @param lastResort unblocks workers that do not notice the signal: closes what they wait for
   */
  public WorkerGroup(StopSignal parent, Runnable lastResort) {
    this(parent, lastResort, GRACE);
  }

  WorkerGroup(StopSignal parent, Runnable lastResort, Duration grace) {
    this.grace = grace;
    this.parent = parent;
    this.signal = parent.child();
    this.lastResort = lastResort;
  }

  public StopSignal signal() {
    return signal;
  }

  public void start(String name, Runnable task) {
    Thread thread = new Thread(() -> work(task), "fram-" + name);
    threads.add(thread);
    thread.start();
  }

  /** What the first worker that failed has thrown. */
  public Optional<Throwable> failure() {
    return failure.get();
  }

  /**
   * Waits until every worker has ended by itself. When all is to end, or one has failed for good,
   * the others get no longer than they may take to notice the signal. Beside a failure that passes
   * they may end what they do: an index that took an hour is not thrown away.
   *
   * @throws RuntimeException the first failure, as it was thrown; {@link Stopped} when there was
   *     none but the signal is up
   */
  public void join() {
    boolean ended = false;
    while (!ended && !mustEnd()) {
      ended = endedWithin(LOOK);
    }
    endOrCut();
    rethrow();
    signal.check();
  }

  /** Throws the first failure, if there is one. */
  public void rethrow() {
    Throwable first = failure.get().orElse(null);
    if (first instanceof Error error) {
      throw error;
    }
    if (first instanceof RuntimeException exception) {
      throw exception;
    }
  }

  /** Stops everyone and waits until they have ended. Does not throw the failure. */
  @Override
  public void close() {
    signal.raise();
    endOrCut();
    parent.forget(signal);
  }

  private boolean mustEnd() {
    return parent.raised() || failure.get().filter(e -> !passes(e)).isPresent();
  }

  private static boolean passes(Throwable failure) {
    return failure instanceof FramException e && e.category() == ErrorCategory.TRANSIENT;
  }

  private void endOrCut() {
    if (!endedWithin(grace)) {
      cut();
      awaitAll();
    }
    left.countDown();
  }

  /** What ends because of it is no failure of its own. */
  private void cut() {
    cut.set(true);
    lastResort.run();
  }

  /** The owner may itself wait for what hangs, and would never come to close the group. */
  private void watch() {
    Thread.ofPlatform()
        .daemon()
        .name("fram-last-resort")
        .start(() -> {
          try {
            if (!left.await(grace.toMillis(), TimeUnit.MILLISECONDS)) {
              cut();
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private void work(Runnable task) {
    try {
      task.run();
    } catch (Stopped e) {
      // Whoever raised the signal knows why.
      signal.raise();
    } catch (RuntimeException | Error e) {
      if (!cut.get() && failure.compareAndSet(Optional.empty(), Optional.of(e)) && !passes(e)) {
        watch();
      }
      signal.raise();
    }
  }

  private void awaitAll() {
    endedWithin(Duration.ofDays(365_000));
  }

  private boolean endedWithin(Duration limit) {
    long millis = limit.toMillis();
    boolean interrupted = false;
    boolean ended = true;
    for (Thread thread : threads) {
      long begin = System.nanoTime();
      boolean waiting = true;
      while (waiting) {
        try {
          waiting = false;
          ended &= thread.join(Duration.ofMillis(Math.max(1, millis)));
        } catch (InterruptedException e) {
          // A worker that still runs could write after its owner has left: never leave early.
          interrupted = true;
          waiting = true;
        }
      }
      millis -= (System.nanoTime() - begin) / 1_000_000;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return ended;
  }
}
