// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

/** Whether a consistent read has seen a transaction. */
public enum Seen {
  YES,
  NO,
  /** The server cannot tell exactly where the read stands in its log. */
  PERHAPS
}
