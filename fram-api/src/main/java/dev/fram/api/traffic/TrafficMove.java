// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.traffic;

import dev.fram.api.model.MigrationId;

/**
 * The move that a switch serves.
 *
 * @param migration the migration's id
 * @param direction there, or back again
 * @param from the server that applications leave
 * @param to the server that they come to
 */
public record TrafficMove(MigrationId migration, Direction direction, Server from, Server to) {

  /**
   * One side.
   *
   * @param address where it listens, as Fram reaches it
   * @param database its database; empty when there is none in its URI
   */
  public record Server(Address address, String database) {}

  /** Which way. */
  public enum Direction {
    /** The cutover: from the source to the target. */
    FORWARD,
    /** The rollback: from the target to the source. */
    BACK
  }
}
