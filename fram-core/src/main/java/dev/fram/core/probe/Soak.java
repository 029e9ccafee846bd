// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import java.util.List;
import java.util.Optional;

/**
 * The target's disk under writes for a long time.
 *
 * @param windows what it did, window after window
 * @param fall the lasting fall, as a sentence; empty when there was none
 */
public record Soak(List<Window> windows, Optional<String> fall) {
  public Soak {
    windows = List.copyOf(windows);
  }

  /**
   * @param atMillis when it began, since the soak's beginning
   * @param loadBytesPerSecond bytes loaded a second
   * @param commitP50Millis half of the durable commits took no longer
   */
  public record Window(long atMillis, double loadBytesPerSecond, double commitP50Millis) {}
}
