// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.inventory;

/** What became of an object, the one that needs a person first. */
public enum ObjectState {
  /** Missing on the target, or other there, and nobody has said so. */
  LEFT_OVER,
  /** It is made later in the migration. */
  TO_COME,
  /** The user has left it out. */
  EXCLUDED,
  /** It is there. */
  MIGRATED,
  /** It is there, and its definition, and its rows if it has any, were found the same. */
  VERIFIED,
  /** Only the target has it. */
  EXTRA
}
