// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import java.util.List;
import java.util.Optional;

/** What is written to the target in one go. */
sealed interface Batch {
  /** Whether any row, or the schema, is other than before when it is written. */
  default boolean changesSomething() {
    return switch (this) {
      case Whole whole -> whole.events().stream().anyMatch(Batch::changes);
      case Piece piece -> true;
      case Nothing nothing -> false;
    };
  }

  private static boolean changes(FeedEvent event) {
    return switch (event) {
      case FeedEvent.Row e -> true;
      case FeedEvent.Truncate e -> true;
      case FeedEvent.Statement e -> true;
      case FeedEvent.SchemaChange e -> false;
      case FeedEvent.Begin e -> false;
      case FeedEvent.Commit e -> false;
      case FeedEvent.Idle e -> false;
    };
  }

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
