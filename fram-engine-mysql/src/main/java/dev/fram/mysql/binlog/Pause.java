// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.time.Duration;

/** Waits between two looks at a server. */
public final class Pause {
  private Pause() {}

  /**
   * @throws FramException CANCELLED when the thread was interrupted
   */
  @SuppressWarnings("ThreadSleep")
  public static void of(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FramException(ErrorCode.CANCELLED, "Fram was told to stop.", "", e);
    }
  }
}
