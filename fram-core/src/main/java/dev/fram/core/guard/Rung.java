// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.guard;

/** How far the guard goes, mildest first. */
enum Rung {
  FREE,
  /** Half of the copying threads. */
  SLOW,
  /** Nothing more is begun to be copied. */
  PAUSED,
  /** The run ends. */
  END
}
