// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

/** What became of a step that changes a server. */
public enum StepOutcome {
  DONE,
  NOT_DONE,
  /** Nobody knows without asking the server. */
  UNKNOWN
}
