// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.model;

import java.util.List;

/**
 * What the user has decided for tables. The patterns are {@link Scope}'s.
 *
 * @param identityFull tables without a key that may be made to log whole old rows for as long as
 *     they are migrated: the user's consent
 * @param copyAtCutover tables that are not followed, but copied whole while writes are blocked
 * @param states from how many states of the source the tables are copied
 */
public record TableOptions(List<String> identityFull, List<String> copyAtCutover, States states) {
  public TableOptions {
    identityFull = List.copyOf(identityFull);
    copyAtCutover = List.copyOf(copyAtCutover);
  }

  /** From how many states of the source the tables are copied. */
  public enum States {
    /** As many as are convenient: the feed knows what each has seen. */
    MANY,
    /** One for all tables, and its exact position, by a lock of milliseconds on the source. */
    ONE
  }

  public TableOptions(List<String> identityFull, List<String> copyAtCutover) {
    this(identityFull, copyAtCutover, States.MANY);
  }

  /** Nothing was decided. */
  public static TableOptions none() {
    return new TableOptions(List.of(), List.of());
  }

  public boolean allowsIdentityFull(TableId table) {
    return Scope.matchesAny(identityFull, table);
  }

  public boolean copiesAtCutover(TableId table) {
    return Scope.matchesAny(copyAtCutover, table);
  }
}
