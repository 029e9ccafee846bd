// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.catalog;

import java.util.List;

/**
 * By what the log names the old version of a row that was updated or deleted (manual, ALTER TABLE,
 * REPLICA IDENTITY).
 *
 * @param kind which way the table is set to
 * @param columns the key's columns; all for FULL, none for NONE
 * @param candidates unique indexes that could serve: immediate, not partial, no column nullable;
 *     the one that fits best first
 */
public record ReplicaIdentity(Kind kind, List<String> columns, List<String> candidates) {
  public ReplicaIdentity {
    columns = List.copyOf(columns);
    candidates = List.copyOf(candidates);
  }

  /** Which way a table is set to. */
  public enum Kind {
    PRIMARY_KEY,
    INDEX,
    /** The whole old row. */
    FULL,
    /**
     * Nothing, no primary key, or a deferrable one. Were such a table published, the application's
     * own UPDATE and DELETE would fail.
     */
    NONE
  }

  public boolean usable() {
    return kind != Kind.NONE;
  }

  /**
   * How the table is to be followed.
   *
   * @param fullAllowed whether the user agrees to FULL
   */
  public IdentityWay way(boolean fullAllowed) {
    if (usable()) {
      return new IdentityWay.AsItIs();
    }
    if (!candidates.isEmpty()) {
      return new IdentityWay.Index(candidates.getFirst());
    }
    return fullAllowed ? new IdentityWay.Full() : new IdentityWay.None();
  }
}
