// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.catalog;

/** How a table comes to be followed: by what it has, or by what Fram sets for a while. */
public sealed interface IdentityWay {
  /** It has what it takes. */
  record AsItIs() implements IdentityWay {}

  /**
   * Fram names this unique index.
   *
   * @param name an index that could serve ({@link ReplicaIdentity#candidates})
   */
  record Index(String name) implements IdentityWay {}

  /** Fram makes the log hold whole old rows; only with the user's consent. */
  record Full() implements IdentityWay {}

  /** There is none: it must not be published. */
  record None() implements IdentityWay {}
}
