// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * One piece of work on the applier's session at a time, in a thread of its own, while the applier
 * makes the next one ready. As long as there is one the session belongs to it: whoever wants the
 * session waits first. Owned by the applier's thread.
 */
final class Beside {
  /** Writes to the target. */
  @FunctionalInterface
  interface Work {
    void run() throws SQLException;
  }

  private Optional<FutureTask<Void>> running = Optional.empty();

  /** Starts it when the one before it has ended well; so they are done in their order. */
  void start(Work work) throws SQLException {
    await();
    FutureTask<Void> task =
        new FutureTask<>(() -> {
          work.run();
          return null;
        });
    Thread.ofVirtual().name("fram-apply-write").start(task);
    // Not before: nobody waits for one that could not be started.
    running = Optional.of(task);
  }

  /**
   * Waits until nothing runs.
   *
   * @throws SQLException what it has thrown, as any other exception of it
   */
  void await() throws SQLException {
    Optional<FutureTask<Void>> task = running;
    running = Optional.empty();
    if (task.isEmpty()) {
      return;
    }
    try {
      ended(task.get());
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case SQLException cause -> throw cause;
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  /** Waits until nothing runs, whatever becomes of it: something else has failed already. */
  void settle() {
    Optional<FutureTask<Void>> task = running;
    running = Optional.empty();
    if (task.isPresent()) {
      try {
        ended(task.get());
      } catch (ExecutionException e) {
        // What failed first is told.
      }
    }
  }

  /** An interrupt waits, too: the session is not free before the statement has ended. */
  private static void ended(FutureTask<Void> task) throws ExecutionException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          task.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
