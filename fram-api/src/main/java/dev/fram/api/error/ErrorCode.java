// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.error;

/** Every error Fram can name. Stable: users script on these words. */
public enum ErrorCode {
  CONFIG_INVALID(ErrorCategory.USAGE),
  CHECK_FAILED(ErrorCategory.FAILED),
  PROOF_FAILED(ErrorCategory.FAILED),
  /** Objects of the source are missing on the target, or are other there. */
  LEFT_OVER(ErrorCategory.FAILED),
  /** An entry of a residency record is not as it was written. */
  RECORD_BROKEN(ErrorCategory.FAILED),
  SERVER_UNREACHABLE(ErrorCategory.TRANSIENT),
  CONNECTION_LOST(ErrorCategory.TRANSIENT),
  LOCK_TIMEOUT(ErrorCategory.TRANSIENT),
  SERIALIZATION_CONFLICT(ErrorCategory.TRANSIENT),
  RESOURCE_EXHAUSTED(ErrorCategory.TRANSIENT),
  CUTOVER_UNDONE(ErrorCategory.TRANSIENT),
  /**
   * A snapshot can no longer vouch for its table (rewritten, server restarted before arming): the
   * copy is redone.
   */
  SNAPSHOT_BROKEN(ErrorCategory.TRANSIENT),
  /** A jump host shows a key that is not known, or another than the known one. */
  HOST_KEY_REFUSED(ErrorCategory.PRECONDITION),
  AUTHENTICATION_FAILED(ErrorCategory.PRECONDITION),
  PRIVILEGE_MISSING(ErrorCategory.PRECONDITION),
  SERVER_SETTING(ErrorCategory.PRECONDITION),
  TOOL_MISSING(ErrorCategory.PRECONDITION),
  SCHEMA_TRANSFER_FAILED(ErrorCategory.PRECONDITION),
  /** The report's file cannot be written. */
  REPORT_UNWRITABLE(ErrorCategory.PRECONDITION),
  /** A server, or this machine, is not where {@code residency:} allows it to be. */
  RESIDENCY_REFUSED(ErrorCategory.PRECONDITION),
  TARGET_NOT_EMPTY(ErrorCategory.PRECONDITION),
  MIGRATION_MISSING(ErrorCategory.PRECONDITION),
  MIGRATION_MISMATCH(ErrorCategory.PRECONDITION),
  LEASE_HELD(ErrorCategory.PRECONDITION),
  /** Another run has taken over: this one must not write any more. */
  FENCED(ErrorCategory.PRECONDITION),
  PHASE_REFUSES(ErrorCategory.PRECONDITION),
  UNSUPPORTED(ErrorCategory.PRECONDITION),
  /** The log before the needed position is gone (slot lost, log purged): only a new copy helps. */
  LOG_LOST(ErrorCategory.PRECONDITION),
  /** The migration cost the source more than it may: the run has let go of it. */
  SOURCE_GUARDED(ErrorCategory.PRECONDITION),
  /** A switch of the traffic (a command, a proxy) did not do its part after the hand-over. */
  HOOK_FAILED(ErrorCategory.FAILED),
  /** The source's schema changed under the migration. */
  SCHEMA_DRIFT(ErrorCategory.HELD),
  ROW_DIVERGENCE(ErrorCategory.DIVERGENCE),
  CONSTRAINT_DIVERGENCE(ErrorCategory.DIVERGENCE),
  FEED_INVALID(ErrorCategory.DIVERGENCE),
  /** Both servers take the applications' writes, or may. */
  BOTH_OPEN(ErrorCategory.DIVERGENCE),
  OUTCOME_UNKNOWN(ErrorCategory.UNKNOWN_OUTCOME),
  CANCELLED(ErrorCategory.FAILED),
  INTERNAL(ErrorCategory.BUG);

  private final ErrorCategory category;

  ErrorCode(ErrorCategory category) {
    this.category = category;
  }

  /** What the error means for the run. */
  public ErrorCategory category() {
    return category;
  }
}
