// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import java.util.Optional;

/**
 * What the target's disk takes when one session writes byte after byte: the disk's own bytes, not a
 * table's.
 *
 * @param rate bytes of the server's log, from the write until the disk has them; empty: unknown
 * @param seen which log that was, or why it is unknown
 */
public record SequentialFigures(Optional<Rate> rate, String seen) {
  static SequentialFigures unknown(String why) {
    return new SequentialFigures(Optional.empty(), why);
  }
}
