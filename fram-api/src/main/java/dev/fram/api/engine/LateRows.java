// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.model.Table;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Takes a moment when the rows are asked for. */
final class LateRows<M> implements StandingRows {
  private final Function<List<Table>, M> open;
  private final Function<M, DigestReader> digests;
  private final Consumer<M> close;
  private Optional<M> moment = Optional.empty();

  LateRows(Function<List<Table>, M> open, Function<M, DigestReader> digests, Consumer<M> close) {
    this.open = open;
    this.digests = digests;
    this.close = close;
  }

  @Override
  public DigestReader now(List<Table> tables) {
    close();
    M taken = open.apply(tables);
    moment = Optional.of(taken);
    return digests.apply(taken);
  }

  @Override
  public void close() {
    moment.ifPresent(close);
    moment = Optional.empty();
  }
}
