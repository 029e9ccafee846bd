// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.change.Position;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import java.util.Collection;

/**
 * Gives rows of the target what a consistent read of the source holds, one target transaction a
 * call: either all of it is there afterwards, or nothing was touched. Triggers and foreign keys do
 * not fire. Owned by the thread that took the source's moment.
 *
 * <p>The caller answers for the moment: no transaction that the feed has carried since, up to the
 * position {@code at}, has written these rows, and nothing is applied while a call lasts.
 *
 * <p>All methods: {@link FramException} FENCED when the feed's position is not {@code at} in this
 * run's epoch; SNAPSHOT_BROKEN when the table was rewritten since the moment; CONSTRAINT_DIVERGENCE
 * when a row that is not among these stands in the way; CONNECTION_LOST when the outcome is not
 * known: the next comparison tells.
 */
public interface Repairer extends AutoCloseable {
  /**
   * The rows with exactly these keys go, and those that the source's moment has under these keys
   * come.
   *
   * @param keys in the notation of {@link RowDigest#key()}
   */
  void rows(SourceMoment source, TableId table, Collection<String> keys, Position at);

  /** Every row of the table goes, and those of the source's moment come. */
  void whole(SourceMoment source, TableId table, Position at);

  @Override
  void close();
}
