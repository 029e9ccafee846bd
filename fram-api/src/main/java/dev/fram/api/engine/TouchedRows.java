// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.model.TableId;

/**
 * Told by an applier which rows it is about to write, so that what was compared before is known to
 * be in question. Called by the apply thread, before the commit; a row that is told and then not
 * written is no harm, the other way round is.
 */
public interface TouchedRows {
  /** Whether anyone asks for this table's rows; where not, nothing need be told. */
  boolean wanted(TableId table);

  /**
   * A row is inserted, updated or deleted; both keys are told when a key is changed.
   *
   * @param key in the notation of {@link RowDigest#key()}
   */
  void touched(TableId table, String key);

  /** Any row may be: the table was emptied or altered, or has no key. */
  void touchedAll(TableId table);

  /** For callers that ask for nothing. */
  static TouchedRows unwanted() {
    return new TouchedRows() {
      @Override
      public boolean wanted(TableId table) {
        return false;
      }

      @Override
      public void touched(TableId table, String key) {}

      @Override
      public void touchedAll(TableId table) {}
    };
  }
}
