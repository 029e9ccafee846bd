// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;

/** A short wait between two questions to a server. */
final class Pause {
  private static final long MILLIS = 100;

  private Pause() {}

  /**
   * @throws FramException CANCELLED when the thread is interrupted
   */
  static void briefly(String server, String doing) {
    try {
      Thread.sleep(MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FramException(
          ErrorCode.CANCELLED, server + ": " + doing + " was cancelled.", "", e);
    }
  }
}
