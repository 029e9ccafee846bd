// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.change;

/**
 * A point in a source's log. Opaque: only the engine that made it can read it, and only covering
 * can be asked, because in some products positions are sets and not numbers.
 */
public interface Position {
  /** Whether everything up to {@code other} is also before or at this position. */
  boolean covers(Position other);

  /** The engine's own notation, which {@link dev.fram.api.engine.Engine#position} reads back. */
  String text();
}
