// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

/** What becomes of a statement in the feed that changes the schema, where the feed carries such. */
public enum DdlPolicy {
  /** The run waits right before it until a person has decided. */
  ASK,
  /** It is executed on the target, at its place in the feed. */
  REPLICATE,
  /** It is left out. */
  IGNORE
}
