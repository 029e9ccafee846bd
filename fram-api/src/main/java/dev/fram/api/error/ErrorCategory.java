// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.error;

/** What an error means for the run: it decides retry and exit code, in this one place. */
public enum ErrorCategory {
  /** A difference, a failed check, something left out. */
  FAILED(1),
  /** The command line or the configuration is wrong. */
  USAGE(2),
  /** A server or the machine is not as Fram needs it; a person has to change something. */
  PRECONDITION(3),
  /** May pass by itself: retried within a budget, then exit 4 with the source unharmed. */
  TRANSIENT(4),
  /** Waits, without a time limit and with the source untouched, until a person has acted. */
  HELD(3),
  /**
   * Source and target are not what they must be; the run stops and nothing is repaired by guess.
   */
  DIVERGENCE(5),
  /** A step's outcome is not known and the server could not be asked. */
  UNKNOWN_OUTCOME(6),
  /** A defect in Fram. */
  BUG(70);

  private final int exitCode;

  ErrorCategory(int exitCode) {
    this.exitCode = exitCode;
  }

  /** The process exit code, as documented for users. */
  public int exitCode() {
    return exitCode;
  }
}
