// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.StandingRows;
import dev.fram.api.model.Table;
import java.util.List;

/** Both servers' rows when they stand still at the same position. Used by one thread at a time. */
final class StandingTwin implements AutoCloseable {
  private final StandingRows source;
  private final StandingRows target;

  private StandingTwin(StandingRows source, StandingRows target) {
    this.source = source;
    this.target = target;
  }

  /**
   * Opens both sides.
   *
   * @param expected the tables that will probably be read
   */
  static StandingTwin open(Route route, List<Table> expected) {
    StandingRows source = route.source().standing(expected);
    try {
      return new StandingTwin(source, route.target().standing(expected));
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  /** A comparison of what is there now; no row is excused. */
  SpanComparison now(List<Table> tables) {
    // The source first: it decides by which key a table's rows are named.
    DigestReader there = source.now(tables);
    return new SpanComparison(there, target.now(tables), (table, key) -> false);
  }

  @Override
  public void close() {
    try {
      source.close();
    } finally {
      target.close();
    }
  }
}
