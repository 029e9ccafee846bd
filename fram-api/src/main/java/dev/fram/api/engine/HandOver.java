// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.change.Position;

/** What the source's register says about who owns the data. */
public sealed interface HandOver {
  /** The source owns it; no cutover went through. */
  record OwnerSource() implements HandOver {}

  /** The source gave it away at this position. */
  record HandedOver(Position frozenAt, long epoch) implements HandOver {}
}
