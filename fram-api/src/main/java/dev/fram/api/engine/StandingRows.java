// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.model.Table;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One server's rows, for a time when nobody writes to them. Opened beforehand, with what it has to
 * know about the tables, so that only the rows are left to be read while applications wait. Holds
 * no lock and no snapshot until it is asked. Used by one thread at a time.
 */
public interface StandingRows extends AutoCloseable {
  /**
   * The rows as they are now. A reader that was given out before is not to be used again.
   *
   * @param tables what will be read; of others than it was opened for, too
   */
  DigestReader now(List<Table> tables);

  @Override
  void close();

  /**
   * Where nothing can be known beforehand: everything is opened when it is asked for.
   *
   * @param open takes a moment
   * @param digests the moment's reader
   * @param close ends the moment
   */
  static <M> StandingRows whenAsked(
      Function<List<Table>, M> open, Function<M, DigestReader> digests, Consumer<M> close) {
    return new LateRows<>(open, digests, close);
  }
}
