// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

/** Whether a comparison may show the values of rows that differ. */
public enum Reveal {
  DIGESTS_ONLY,
  VALUES
}
