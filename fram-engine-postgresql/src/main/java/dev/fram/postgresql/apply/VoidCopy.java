// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.api.model.TableId;
import java.util.OptionalInt;

/**
 * The chunks of a table were copied at moments that the feed cannot bring together: the change that
 * lies between needs something that was neither copied nor sent. Stays inside this package.
 */
final class VoidCopy extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient TableId table;
  private final transient OptionalInt chunk;

  /**
   * @param chunk the one that lacks a row; empty when the whole table is concerned
   * @param what what happened to the table, for people
   */
  VoidCopy(TableId table, OptionalInt chunk, String what) {
    super(what);
    this.table = table;
    this.chunk = chunk;
  }

  TableId table() {
    return table;
  }

  OptionalInt chunk() {
    return chunk;
  }
}
