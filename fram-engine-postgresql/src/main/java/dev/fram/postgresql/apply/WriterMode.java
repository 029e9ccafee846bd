// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

/** How the applier gets past the target's triggers. */
public enum WriterMode {
  /** {@code session_replication_role = replica}: ordinary triggers and foreign keys do not fire. */
  REPLICA_ROLE,
  /**
   * The role may not set that: only the setting {@code fram.writer} marks the session, and Fram's
   * guards let it through. Foreign keys and user triggers must not exist before the cutover.
   */
  MARKED_SESSION
}
