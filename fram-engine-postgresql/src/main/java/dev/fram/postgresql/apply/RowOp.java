// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.postgresql.pgoutput.Tuple;

/** A change of one row that is to be applied; whatever a fence leaves out is gone by now. */
sealed interface RowOp {
  record Insert(Tuple row) implements RowOp {}

  /**
   * @param old holds at least the key the row is found by
   * @param row the new state; may have holes, but not in its key
   */
  record Update(Tuple old, Tuple row) implements RowOp {}

  /**
   * @param old holds at least the key the row is found by
   */
  record Delete(Tuple old) implements RowOp {}
}
