// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import java.time.Duration;
import java.util.Optional;

/**
 * Writes on a server that has handed over: somebody got past its closed gate. What the migration
 * itself brings there is left out. Owned by one thread.
 */
public interface StrayFeed extends AutoCloseable {
  /**
   * The next one, waiting at most this long.
   *
   * @throws FramException CONNECTION_LOST, LOG_LOST
   */
  Optional<Stray> poll(Duration wait);

  /**
   * Everything that was handed out is kept elsewhere, so that the server need not keep its log for
   * it any longer. Called often, also when nothing was found: or the log would grow.
   */
  void kept();

  @Override
  void close();

  /**
   * A row that was written, or a table that was emptied.
   *
   * @param table where
   * @param line what, as one line of JSON without its end; holds values
   */
  @SuppressWarnings("ArrayRecordComponent") // never copied, never compared
  record Stray(TableId table, byte[] line) {}
}
