// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.error;

/** What to say when Fram's own memory does not do. Stateless. */
public final class FullHeap {
  private FullHeap() {}

  /** With the remedy, for whoever was waiting for an answer. */
  public static FramException told(OutOfMemoryError e) {
    return new FramException(
        ErrorCode.RESOURCE_EXHAUSTED,
        "Fram's own memory is too small (%d MB); a row of a few megabytes or more is held whole."
            .formatted(Runtime.getRuntime().maxMemory() >> 20),
        "The source is unharmed, and nothing is lost. Run the same command with more, as in"
            + " FRAM_JAVA_OPTS=-Xmx2g.",
        e);
  }
}
