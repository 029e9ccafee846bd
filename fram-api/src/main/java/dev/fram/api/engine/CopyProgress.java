// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import java.util.function.LongConsumer;

/** Told of bytes as they pass, since the last call, in the thread that copies. */
@FunctionalInterface
public interface CopyProgress extends LongConsumer {
  /**
   * Told what passing them took.
   *
   * @param rows rows that went with them
   * @param sourceNanos time until the source had sent them
   * @param targetNanos time until the target had taken them
   */
  default void moved(long rows, long sourceNanos, long targetNanos) {}
}
