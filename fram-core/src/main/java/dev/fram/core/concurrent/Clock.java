// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.concurrent;

/** Time, handed in so that no class reads it by itself. Thread-safe. */
public interface Clock {
  /** Milliseconds of the wall clock: only for people and for comparing with a server's times. */
  long millis();

  /** Nanoseconds that only go forward: for budgets and rates. */
  long nanos();

  /** The machine's clock. */
  static Clock system() {
    return new Clock() {
      @Override
      public long millis() {
        return System.currentTimeMillis();
      }

      @Override
      public long nanos() {
        return System.nanoTime();
      }
    };
  }
}
