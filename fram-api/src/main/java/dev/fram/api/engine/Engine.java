// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.change.Position;
import dev.fram.api.error.FramException;
import java.util.Optional;
import java.util.Set;

/** One database product. Found by {@link java.util.ServiceLoader}; holds no state. */
public interface Engine {
  /** {@code postgresql}, {@code mysql}: also the name users give to {@code --engine}. */
  String name();

  /** The URI schemes this engine answers to. */
  Set<String> schemes();

  /**
   * Reads a position's {@link Position#text()} back.
   *
   * @throws IllegalArgumentException when the text is not one of this engine's positions
   */
  Position position(String text);

  /**
   * Connects to both servers. Reads only; nothing is created.
   *
   * @throws FramException SERVER_UNREACHABLE, AUTHENTICATION_FAILED
   */
  Route open(RouteRequest request);

  /**
   * The ways to move what is asked for. Connects to nothing.
   *
   * @param request which servers and tables; its own feed and states count for nothing
   * @param replica how the target finds the source, for ways that need that
   */
  Ways ways(RouteRequest request, NativeFeed replica);

  /**
   * The copy of the whole server that is wished for. Connects to nothing yet.
   *
   * @return empty where Fram copies table by table
   * @throws FramException CONFIG_INVALID where there is no such copy for this product
   */
  default Optional<ServerCopy> serverCopy(RouteRequest request) {
    request.requireCloneOf(Optional.empty());
    return Optional.empty();
  }

  /**
   * Connects to the target alone. Reads only.
   *
   * @throws FramException SERVER_UNREACHABLE, AUTHENTICATION_FAILED
   */
  TargetRoute openTarget(RouteRequest request);
}
