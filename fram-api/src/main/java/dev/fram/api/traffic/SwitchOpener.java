// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.traffic;

/** A switch as the user has set it, before it is known between which servers. */
public interface SwitchOpener {

  /** Its place in the user's settings, the same in every run: {@code 1 pgbouncer}. */
  String name();

  /** Connects to nothing. */
  TrafficSwitch open(TrafficMove move);
}
