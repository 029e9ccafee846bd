// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.traffic;

import dev.fram.api.model.Endpoint;
import dev.fram.api.traffic.SwitchOpener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What moves the traffic.
 *
 * @param switches every switch, in the user's order; empty when applications are pointed by hand
 * @param pauseLimit how long holding back the applications' work may take
 * @param patience how long a switch that did not work is tried again once the target serves
 * @param probe the applications' own way, which a probe goes during the cutover
 */
public record TrafficSettings(
    List<SwitchOpener> switches, Duration pauseLimit, Duration patience, Optional<Endpoint> probe) {
  public TrafficSettings {
    switches = List.copyOf(switches);
  }

  public static TrafficSettings defaults() {
    return new TrafficSettings(
        List.of(), Duration.ofSeconds(5), Duration.ofSeconds(30), Optional.empty());
  }

  public TrafficSettings withSwitches(List<SwitchOpener> value) {
    return new TrafficSettings(value, pauseLimit, patience, probe);
  }

  public TrafficSettings withProbe(Endpoint value) {
    return new TrafficSettings(switches, pauseLimit, patience, Optional.of(value));
  }
}
