// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** A run in a thread of its own; never left behind. */
final class Background implements AutoCloseable {
  private final MigrationRun run;
  private final Thread thread;
  private final AtomicReference<Optional<Throwable>> failure =
      new AtomicReference<>(Optional.empty());

  Background(Runnable task, MigrationRun run) {
    this.run = run;
    this.thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (RuntimeException | Error e) {
                failure.set(Optional.of(e));
              }
            },
            "run");
    thread.start();
  }

  /** Waits for its end and throws what it has thrown. */
  void join() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    failure
        .get()
        .ifPresent(e -> {
          throw new AssertionError("the run failed", e);
        });
  }

  @Override
  public void close() {
    run.stop();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
