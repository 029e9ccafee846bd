// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.model.TableId;

/**
 * A range of one table.
 *
 * @param table the table
 * @param number its number, from 0
 * @param of how many the table was cut into
 * @param range the engine's own description of the range
 * @param kind what the range means
 */
public record Chunk(TableId table, int number, int of, String range, Kind kind) {
  /** What the range means. */
  public enum Kind {
    /** Pages of storage: only good under the one snapshot the table was cut with. */
    STORAGE,
    /** A range of the key: each chunk may have its own snapshot, and survives a crash. */
    KEY
  }
}
