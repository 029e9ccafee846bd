// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.pgbouncer;

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

/** {@code type: pgbouncer}. */
public final class PgBouncerKind implements SwitchKind {
  @Override
  public String type() {
    return "pgbouncer";
  }

  @Override
  public List<SwitchOption> options() {
    return List.of(
        new SwitchOption(
            "admin",
            Kind.URI,
            SwitchOption.REQUIRED,
            "The admin console: postgresql://user@host:6432/pgbouncer, the user one of admin_users;"
                + " ?socket=/folder for a Unix socket."),
        new SwitchOption(
            "databases", Kind.LIST, SwitchOption.REQUIRED, "Names in [databases] that are moved."),
        new SwitchOption(
            "config",
            Kind.PATH,
            "",
            "The file that holds these entries (pgbouncer.ini, or what it includes)."),
        new SwitchOption(
            "config-command",
            Kind.TEXT,
            "",
            "Run in place of changing a file, where PgBouncer's is on another machine. It gets the"
                + " hooks' FRAM_* variables."),
        new SwitchOption(
            Ends.SOURCE,
            Kind.ADDRESS,
            "",
            "The source as PgBouncer knows it, if not as Fram does."),
        new SwitchOption(Ends.TARGET, Kind.ADDRESS, "", "The target as PgBouncer is to know it."));
  }

  @Override
  public List<String> problems(SwitchOptions options) {
    List<String> problems = new ArrayList<>();
    if (options.text("config").isPresent() == options.text("config-command").isPresent()) {
      problems.add("needs one of config and config-command.");
    }
    try {
      String scheme = Endpoint.parse(options.required("admin")).scheme();
      if (!scheme.equals("postgresql")) {
        problems.add(
            "admin is a " + scheme + ":// address. The admin console speaks postgresql://.");
      }
    } catch (FramException e) {
      problems.add("admin cannot be read as a URI. " + e.remedy());
    }
    return problems;
  }

  @Override
  public TrafficSwitch open(SwitchOptions options, TrafficMove move) {
    return new PgBouncer(options, move);
  }
}
