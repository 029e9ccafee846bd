// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

/** How a snapshot lines up with the feed; the text is the engine's own. */
public sealed interface Fence {
  String text();

  /** The feed applies exactly the transactions that the snapshot has not seen. */
  record Exact(String text) implements Fence {}

  /**
   * The snapshot may have seen more than its low watermark says: replay is idempotent for a while.
   */
  record Fuzzy(String text) implements Fence {}
}
