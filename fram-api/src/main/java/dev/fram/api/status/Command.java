// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.status;

/** What another process may ask of a running migration. */
public sealed interface Command {
  /** Cut over now. */
  record Cutover() implements Command {}

  /** Say what a cutover would do now; touch nothing. */
  record CutoverDryRun() implements Command {}

  /** Compare every row anew. */
  record Verify() implements Command {}

  /** Give up and leave no trace (only before the hand-over). */
  record Cancel() implements Command {}

  /** End the run; it can be resumed. */
  record Stop() implements Command {}
}
