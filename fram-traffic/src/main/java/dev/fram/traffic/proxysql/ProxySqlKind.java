// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.proxysql;

import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.traffic.Ends;
import dev.fram.api.traffic.SwitchKind;
import dev.fram.api.traffic.SwitchOption;
import dev.fram.api.traffic.SwitchOption.Kind;
import dev.fram.api.traffic.SwitchOptions;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.api.traffic.TrafficSwitch;
import java.util.ArrayList;
import java.util.List;

/** {@code type: proxysql}. */
public final class ProxySqlKind implements SwitchKind {
  @Override
  public String type() {
    return "proxysql";
  }

  @Override
  public List<SwitchOption> options() {
    return List.of(
        new SwitchOption(
            "admin",
            Kind.URI,
            SwitchOption.REQUIRED,
            "The admin interface: mysql://user@host:6032, the user one of"
                + " admin-admin_credentials."),
        new SwitchOption(
            "hostgroups",
            Kind.LIST,
            SwitchOption.REQUIRED,
            "Numbers of the hostgroups that are moved: all in which the source is."),
        new SwitchOption(
            "idle-after",
            Kind.DURATION,
            "",
            "The pause does not wait for a client that holds a connection and has sent nothing for"
                + " this long; its session is ended once the target serves. If not set: it waits for"
                + " all."),
        new SwitchOption(
            Ends.SOURCE, Kind.ADDRESS, "", "The source as ProxySQL knows it, if not as Fram does."),
        new SwitchOption(Ends.TARGET, Kind.ADDRESS, "", "The target as ProxySQL is to know it."));
  }

  @Override
  public List<String> problems(SwitchOptions options) {
    List<String> problems = new ArrayList<>();
    if (!options.list("hostgroups").stream().allMatch(text -> text.matches("[0-9]{1,9}"))) {
      problems.add("hostgroups are numbers, as in [0, 1].");
    }
    try {
      String scheme = Endpoint.parse(options.required("admin")).scheme();
      if (!scheme.equals("mysql")) {
        problems.add("admin is a " + scheme + ":// address. The admin interface speaks mysql://.");
      }
    } catch (FramException e) {
      problems.add("admin cannot be read as a URI. " + e.remedy());
    }
    return problems;
  }

  @Override
  public TrafficSwitch open(SwitchOptions options, TrafficMove move) {
    return new ProxySql(options, move);
  }
}
