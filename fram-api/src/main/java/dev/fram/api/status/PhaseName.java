// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.status;

/** The phases of a migration by name, in order; the core's phases carry evidence besides. */
public enum PhaseName {
  PLANNED,
  CHECKED,
  PREPARED,
  COPYING,
  CATCHING_UP,
  VERIFYING,
  READY,
  CUTTING_OVER,
  SERVING,
  ROLLING_BACK,
  ROLLED_BACK,
  COMPLETED,
  CANCELLED,
  NEEDS_OPERATOR
}
