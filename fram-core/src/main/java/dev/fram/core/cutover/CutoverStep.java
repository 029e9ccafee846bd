// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

/** One step before the hand-over. Runs in the run's own thread, to which the gate belongs. */
interface CutoverStep {
  /** A stable word, for journal and status. */
  String name();

  /** What it would do now, for a dry run: one sentence. Changes nothing. */
  String plan();

  void act();

  /**
   * Takes back what {@link #act} did, also when it failed half way. Those that free the writers
   * never throw.
   */
  default void undo() {}
}
