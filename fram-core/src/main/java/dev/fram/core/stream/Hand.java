// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

/** What the apply thread has in its hand when it asks whether it may go on. */
enum Hand {
  /** Nothing, or a batch that moves the position and changes no row. */
  EMPTY,
  /** A batch that changes something. */
  CHANGES,
  /** A part of a transaction that is begun on the target: there is no stopping before its end. */
  INSIDE
}
