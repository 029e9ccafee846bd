// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import java.util.List;
import java.util.Optional;

/** What is written to the target in one go. */
sealed interface Batch {

  /**
   * Whole source transactions, for one target transaction.
   *
   * @param to where the last of them leads to
   * @param transactions how many they are
   * @param lastMillis when the last of them was committed on the source
   */
  record Whole(List<FeedEvent> events, Position to, int transactions, long lastMillis)
      implements Batch {}

  /**
   * Part of one source transaction that is too large to hold; its target transaction stays open
   * until the piece that has an end.
   */
  record Piece(List<FeedEvent> events, Optional<Position> end, long millis) implements Batch {}

  /** Nothing to write, but the position moves on. */
  record Nothing(Position reached) implements Batch {}
}
