// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.change.Position;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.util.Optional;

/**
 * How far another server's writes are on this one, and which run may bring more. Whoever wants rows
 * and position together holds the server's monitor besides.
 */
final class MemoryReverse {
  private record State(Position position, long epoch) {}

  private Optional<State> state = Optional.empty();

  synchronized void start(long epoch, Position from) {
    if (state.filter(s -> s.epoch() > epoch).isPresent()) {
      throw fenced();
    }
    state = Optional.of(new State(from, epoch));
  }

  /** From now on nobody of an earlier epoch moves it. */
  synchronized Position claim(long epoch) {
    Position known = state.orElseThrow(MemoryReverse::fenced).position();
    start(epoch, known);
    return known;
  }

  synchronized void requireAt(long epoch, Optional<Position> from) {
    if (!state.equals(from.map(f -> new State(f, epoch)))) {
      throw fenced();
    }
  }

  synchronized Optional<Position> position() {
    return state.map(State::position);
  }

  synchronized void end() {
    state = Optional.empty();
  }

  static FramException fenced() {
    return new FramException(
        ErrorCode.FENCED, "source:1/shop: a later run was here.", "Leave it to that run.");
  }
}
