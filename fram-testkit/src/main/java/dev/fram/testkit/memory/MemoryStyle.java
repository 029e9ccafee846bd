// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

/** How the servers behave: which kind of product they stand for. */
public enum MemoryStyle {
  /** A snapshot knows exactly what it has seen; the hand-over's commit closes the source. */
  EXACT,
  /**
   * A copy may have seen more than its low watermark says, except for bound tables; unique indexes
   * come late; writes slip through between the hand-over and the seal.
   */
  FUZZY
}
