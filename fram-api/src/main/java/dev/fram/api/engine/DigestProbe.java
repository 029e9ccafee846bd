// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.model.Table;
import java.util.Optional;

/**
 * A consistent read of one server with the statements of a comparison. Unlike a comparison's it
 * writes nothing, also no marker into the log, so nothing says which position it stands at. One
 * session, owned by one thread.
 */
public interface DigestProbe extends AutoCloseable {
  DigestReader digests();

  /**
   * A piece of a table of about so many bytes that the server finds without reading the rest of it;
   * the whole table when it is no larger. Empty where there is no such piece.
   *
   * @param start where it begins, as a share of the table from 0 to 1; an engine that can only
   *     begin at the beginning does so
   */
  Optional<Span> piece(Table table, long bytes, double start);

  /** Any thread: ends what the session is doing. */
  @Override
  void close();
}
