// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.concurrent;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Two pieces of work at the same time, for two servers that need not wait for each other. */
public final class AtOnce {
  private AtOnce() {}

  /**
   * Does the first in a thread of its own and the second in the caller's, and leaves when both have
   * ended, whatever becomes of either.
   *
   * @throws RuntimeException what one of them has thrown, the second's first
   */
  public static <A, B, R> R both(
      Supplier<A> first, Supplier<B> second, BiFunction<A, B, R> together) {
    FutureTask<A> task = new FutureTask<>(first::get);
    Thread.ofVirtual().name("fram-at-once").start(task);
    B here;
    try {
      here = second.get();
    } catch (RuntimeException | Error e) {
      try {
        await(task);
      } catch (RuntimeException | Error other) {
        e.addSuppressed(other);
      }
      throw e;
    }
    return together.apply(await(task), here);
  }

  private static <A> A await(FutureTask<A> task) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          // What it reads with belongs to the caller, who must not leave before it has ended.
          interrupted = true;
        } catch (ExecutionException e) {
          throw Thrown.of(e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
