// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.status;

import java.util.List;

/** What another process may ask of a running migration. */
public sealed interface Command {
  /** Cut over now. */
  record Cutover() implements Command {}

  /** Say what a cutover would do now; touch nothing. */
  record CutoverDryRun() implements Command {}

  /**
   * Compare anew.
   *
   * @param tables patterns as in {@code Scope}; none means every table
   * @param differences what becomes of rows that differ
   */
  record Verify(List<String> tables, Differences differences) implements Command {
    public Verify {
      tables = List.copyOf(tables);
    }
  }

  /** What becomes of rows that differ. */
  enum Differences {
    REPORT,
    /** The target gets the source's rows. */
    REPAIR
  }

  /** Say what a rollback would do now; touch nothing. */
  record RollbackDryRun() implements Command {}

  /** After the cutover: back to the old server, with every write that the new one took. */
  record Rollback() implements Command {}

  /**
   * The answer to the question that the migration asks.
   *
   * @param answer a word of {@link Question.Choice}
   */
  record Resolve(String answer) implements Command {}

  /** After the cutover: end the reverse window and remove what Fram made. */
  record Complete() implements Command {}

  /** Give up and leave no trace (only before the hand-over). */
  record Cancel() implements Command {}

  /** Copy nothing further and begin no cutover, until {@link Resume} or the run's end. */
  record Pause() implements Command {}

  /** Go on after a {@link Pause}. */
  record Resume() implements Command {}

  /** End the run; it can be resumed. */
  record Stop() implements Command {}
}
