// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.inventory;

/** Whose list it is. */
enum Side {
  SOURCE,
  TARGET
}
