// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.engine.Route;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.traffic.TrafficMove.Direction;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.run.RunParts;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * What each turn of the data works with: the odd ones lead from the source to the target, the even
 * ones back. Owned by the run's own thread.
 */
final class Turns {
  private final Route route;
  private final MigrationSettings.Reverse settings;
  private final BiFunction<Route, Integer, RunParts> make;
  private final Map<Integer, RunParts> made = new HashMap<>();
  private final Optional<Route> back;

  /**
   * @param make makes the parts of a turn, whose journal and switches are its own
   * @throws FramException UNSUPPORTED when a way back was asked for and the engine knows none
   */
  Turns(
      Route route, MigrationSettings.Reverse settings, BiFunction<Route, Integer, RunParts> make) {
    this.route = route;
    this.settings = settings;
    this.make = make;
    this.back = route.back();
    if (back.isEmpty() && settings.on() && settings.wish() == MigrationSettings.Wish.ASKED) {
      throw new FramException(
          ErrorCode.UNSUPPORTED,
          "There is no way back with this engine: --reverse-window cannot be had.",
          "Give --reverse-window none.");
    }
  }

  static Direction direction(int turn) {
    return turn % 2 == 0 ? Direction.BACK : Direction.FORWARD;
  }

  RunParts parts(int turn) {
    RunParts known = made.get(turn);
    if (known != null) {
      return known;
    }
    Route way = turn % 2 == 0 ? back.orElseThrow(Turns::none) : route;
    RunParts parts = make.apply(way, turn);
    made.put(turn, parts);
    return parts;
  }

  /** The turn that may follow, as far as the engine knows a way. */
  Optional<RunParts> after(int turn) {
    return back.isPresent() ? Optional.of(parts(turn + 1)) : Optional.empty();
  }

  /** The turn that is to be made possible: always the way there again, the way back by setting. */
  Optional<RunParts> wantedAfter(int turn) {
    return turn % 2 == 0 || settings.on() ? after(turn) : Optional.empty();
  }

  private static FramException none() {
    return new FramException(
        ErrorCode.UNSUPPORTED, "There is no way back with this engine.", "fram complete.");
  }
}
