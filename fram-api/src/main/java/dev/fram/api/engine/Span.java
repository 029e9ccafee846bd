// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.model.TableId;
import java.util.Optional;

/**
 * What is compared at one time: a whole table, or one range of its key.
 *
 * @param table the table
 * @param range of kind {@link Chunk.Kind#KEY}; empty for the whole table
 * @param part which of its rows
 */
public record Span(TableId table, Optional<Chunk> range, Part part) {
  /** Every row of it. */
  public Span(TableId table, Optional<Chunk> range) {
    this(table, range, Part.WHOLE);
  }

  /** A whole table. */
  public static Span of(TableId table) {
    return new Span(table, Optional.empty());
  }
}
