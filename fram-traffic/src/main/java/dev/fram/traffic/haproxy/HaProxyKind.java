// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.haproxy;

import dev.fram.api.traffic.Ends;
import dev.fram.api.traffic.SwitchKind;
import dev.fram.api.traffic.SwitchOption;
import dev.fram.api.traffic.SwitchOption.Kind;
import dev.fram.api.traffic.SwitchOptions;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.api.traffic.TrafficSwitch;
import dev.fram.traffic.socket.Place;
import java.util.ArrayList;
import java.util.List;

/** {@code type: haproxy}. */
public final class HaProxyKind implements SwitchKind {
  @Override
  public String type() {
    return "haproxy";
  }

  @Override
  public List<SwitchOption> options() {
    return List.of(
        new SwitchOption(
            "socket",
            Kind.TEXT,
            SwitchOption.REQUIRED,
            "The runtime API, with level admin: the path of its socket, or host:port."),
        new SwitchOption(
            "config",
            Kind.PATH,
            SwitchOption.REQUIRED,
            "Its file (haproxy.cfg), for its next start."),
        new SwitchOption(
            "backend", Kind.TEXT, SwitchOption.REQUIRED, "The backend or listen section."),
        new SwitchOption(
            "server",
            Kind.TEXT,
            SwitchOption.REQUIRED,
            "The one server in it, which is pointed elsewhere."),
        new SwitchOption(
            Ends.SOURCE, Kind.ADDRESS, "", "The source as HAProxy knows it, if not as Fram does."),
        new SwitchOption(Ends.TARGET, Kind.ADDRESS, "", "The target as HAProxy is to know it."));
  }

  @Override
  public List<String> problems(SwitchOptions options) {
    List<String> problems = new ArrayList<>();
    if (Place.parse(options.required("socket")).isEmpty()) {
      problems.add("socket is neither an absolute path nor host:port.");
    }
    return problems;
  }

  @Override
  public TrafficSwitch open(SwitchOptions options, TrafficMove move) {
    return new HaProxy(options, move);
  }
}
