// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.concurrent;

import java.util.concurrent.ExecutionException;

/** What another thread's work has thrown, to be thrown on in this one. */
final class Thrown {
  private Thrown() {}

  /**
   * @throws Error when that is what was thrown
   */
  static RuntimeException of(ExecutionException failed) {
    if (failed.getCause() instanceof Error error) {
      throw error;
    }
    return failed.getCause() instanceof RuntimeException exception
        ? exception
        : new IllegalStateException(failed.getCause());
  }
}
