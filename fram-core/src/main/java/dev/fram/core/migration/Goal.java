// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

/** What a run is for. */
public enum Goal {
  /** Up to READY, then wait for a command, or cut over when the settings say AUTO. */
  MIGRATE,
  /** Up to READY and cut over once; go no further when the cutover was undone. */
  CUTOVER,
  /** Give up and leave no trace; refused after the hand-over. */
  CANCEL,
  /** A person has answered: what follows from it and no more. */
  RESOLVE,
  /** After the cutover: bring the data back to the old server, once. */
  ROLLBACK,
  /** After the cutover: remove what Fram made; the source stays closed. */
  COMPLETE
}
