// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.run;

import dev.fram.api.engine.Engine;
import dev.fram.api.engine.Route;
import dev.fram.api.traffic.TrafficMove.Direction;
import dev.fram.core.bus.EventBus;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.Retries;
import dev.fram.core.journal.Journal;
import dev.fram.core.traffic.ClientProbe;
import dev.fram.core.traffic.Traffic;

/**
 * What one attempt of a run works with: nothing in it changes while the attempt lasts, and nothing
 * in it knows of phases. On the way back the route's source is the new server, and its target the
 * old one.
 */
public record RunParts(
    Engine engine,
    Route route,
    Journal journal,
    EventBus bus,
    MigrationSettings settings,
    Direction direction,
    Traffic traffic,
    ClientProbe probe,
    Clock clock) {

  /** What is going on, at the beginning of a sentence. */
  public String act() {
    return switch (direction) {
      case FORWARD -> "The cutover";
      case BACK -> "The rollback";
    };
  }

  /** What a person says to have it again. */
  public String again() {
    return switch (direction) {
      case FORWARD -> "cut over again";
      case BACK -> "roll back again";
    };
  }

  /** A fresh account of transient failures. */
  public Retries retries() {
    MigrationSettings.Retry retry = settings.retry();
    return new Retries(clock, retry.budget(), retry.firstDelay(), retry.maxDelay());
  }
}
