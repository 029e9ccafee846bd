// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

/** What the comparison of a table's rows has found. */
public enum RowVerdict {
  EQUAL,
  DIFFERENT
}
