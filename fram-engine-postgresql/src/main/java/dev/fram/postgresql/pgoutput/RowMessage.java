// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.pgoutput;

import java.util.Optional;

/** A change of one row. */
public sealed interface RowMessage {
  /** The {@link Relation#oid}. */
  int relation();

  record Insert(int relation, Tuple row) implements RowMessage {}

  /**
   * @param old under identity FULL the whole old row, else the old key and only when it changed
   */
  record Update(int relation, Optional<Tuple> old, Tuple row) implements RowMessage {}

  /**
   * @param old under identity FULL the whole old row, else the old key (the other columns NULL)
   */
  record Delete(int relation, Tuple old) implements RowMessage {}
}
