// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

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

  /** The part before the first transaction that is not seen, and the rest; either may be empty. */
  record Parted(Optional<Batch> head, Optional<Batch> rest) {}

  /** Parts it where it must not go on; a piece of one transaction is never parted. */
  default Parted partAt(Predicate<FeedEvent.Begin> seen) {
    return switch (this) {
      case Whole whole -> whole.part(seen);
      case Piece piece ->
          piece.events().getFirst() instanceof FeedEvent.Begin begin && !seen.test(begin)
              ? new Parted(Optional.empty(), Optional.of(this))
              : new Parted(Optional.of(this), Optional.empty());
      case Nothing nothing -> new Parted(Optional.of(this), Optional.empty());
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
      implements Batch {

    private Parted part(Predicate<FeedEvent.Begin> seen) {
      int before = 0;
      long millis = lastMillis;
      Optional<Position> end = Optional.empty();
      for (int i = 0; i < events.size(); i++) {
        switch (events.get(i)) {
          case FeedEvent.Begin begin -> {
            if (!seen.test(begin)) {
              return partBefore(i, before, end, millis);
            }
            millis = begin.committedAtMillis();
          }
          case FeedEvent.Commit commit -> {
            before++;
            end = Optional.of(commit.end());
          }
          case FeedEvent.Row e -> {}
          case FeedEvent.Truncate e -> {}
          case FeedEvent.SchemaChange e -> {}
          case FeedEvent.Statement e -> {}
          case FeedEvent.Idle e -> {}
        }
      }
      return new Parted(Optional.of(this), Optional.empty());
    }

    private Parted partBefore(int index, int before, Optional<Position> end, long millis) {
      if (end.isEmpty()) {
        return new Parted(Optional.empty(), Optional.of(this));
      }
      Batch head = new Whole(List.copyOf(events.subList(0, index)), end.get(), before, millis);
      List<FeedEvent> left = List.copyOf(events.subList(index, events.size()));
      return new Parted(
          Optional.of(head), Optional.of(new Whole(left, to, transactions - before, lastMillis)));
    }
  }

  /**
   * Part of one source transaction that is too large to hold; its target transaction stays open
   * until the piece that has an end.
   */
  record Piece(List<FeedEvent> events, Optional<Position> end, long millis) implements Batch {}

  /** Nothing to write, but the position moves on. */
  record Nothing(Position reached) implements Batch {}
}
