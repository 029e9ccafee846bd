// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One of an engine's ways to move a database: how rows are copied, and who brings the changes over.
 * Whether it is possible between two servers say the checks of the route that it opens.
 *
 * @param name a stable word: users script on it
 * @param title what it is, in one sentence
 * @param options what chooses it on the command line; empty for the default
 * @param request opens a route this way
 * @param traits what it needs and what it means, whatever the servers are like
 * @param advice who would take it
 */
public record Way(
    String name,
    String title,
    String options,
    RouteRequest request,
    List<Trait> traits,
    Advice advice) {
  public Way {
    traits = List.copyOf(traits);
  }

  /** What it says about that; empty when it says nothing. */
  public Optional<String> about(Subject subject) {
    return traits.stream()
        .filter(trait -> trait.subject() == subject)
        .map(Trait::words)
        .findFirst();
  }

  /** What a trait is about. */
  public enum Subject {
    RIGHTS,
    VERSIONS,
    /** Who has to reach whom. */
    NETWORK,
    COPY,
    SCHEMA_CHANGES,
    CUTOVER,
    /** What was measured of it beside the default way, and of how much data. */
    SPEED
  }

  /**
   * @param subject what it is about
   * @param words a sentence or two
   */
  public record Trait(Subject subject, String words) {}

  /**
   * @param taken when somebody takes this way rather than another; a sentence
   * @param relief by the code of a check that warns: what this way makes better about that
   */
  public record Advice(String taken, Map<String, String> relief) {
    public Advice {
      relief = Map.copyOf(relief);
    }
  }
}
