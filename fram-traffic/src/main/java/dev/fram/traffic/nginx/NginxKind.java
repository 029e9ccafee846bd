// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.nginx;

import dev.fram.api.traffic.SwitchKind;
import dev.fram.api.traffic.SwitchOption;
import dev.fram.api.traffic.SwitchOption.Kind;
import dev.fram.api.traffic.SwitchOptions;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.api.traffic.TrafficSwitch;
import java.util.List;

/** {@code type: nginx}. */
public final class NginxKind implements SwitchKind {
  @Override
  public String type() {
    return "nginx";
  }

  @Override
  public List<SwitchOption> options() {
    return List.of(
        new SwitchOption(
            "flag-file",
            Kind.PATH,
            SwitchOption.REQUIRED,
            "While this file is there, nginx answers 503 (its own configuration says so; see the"
                + " guide)."),
        new SwitchOption(
            "url",
            Kind.TEXT,
            "",
            "http://… to ask whether it does: 503 with Retry-After while the file is there, something"
                + " else when it is not."));
  }

  @Override
  public List<String> problems(SwitchOptions options) {
    return options.text("url").filter(url -> !url.matches("https?://[^\\s]+")).isPresent()
        ? List.of("url is no http:// address.")
        : List.of();
  }

  @Override
  public TrafficSwitch open(SwitchOptions options, TrafficMove move) {
    return new Nginx(options);
  }
}
