// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.hook;

import dev.fram.api.traffic.SwitchKind;
import dev.fram.api.traffic.SwitchOption;
import dev.fram.api.traffic.SwitchOption.Kind;
import dev.fram.api.traffic.SwitchOptions;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.api.traffic.TrafficSwitch;
import java.util.ArrayList;
import java.util.List;

/** {@code type: hook}. */
public final class HookKind implements SwitchKind {
  @Override
  public String type() {
    return "hook";
  }

  @Override
  public List<SwitchOption> options() {
    List<SwitchOption> options = new ArrayList<>();
    for (HookMoment moment : HookMoment.values()) {
      options.add(new SwitchOption(moment.word(), Kind.TEXT, "", moment.description()));
    }
    options.add(
        new SwitchOption(
            "timeout",
            Kind.DURATION,
            "1m",
            "A command that takes longer is ended, with its process group."));
    return options;
  }

  @Override
  public List<String> problems(SwitchOptions options) {
    for (HookMoment moment : HookMoment.values()) {
      if (options.text(moment.word()).isPresent()) {
        return List.of();
      }
    }
    return List.of("has no command. Give one of on-check, before-freeze, after-freeze, switch, ….");
  }

  @Override
  public TrafficSwitch open(SwitchOptions options, TrafficMove move) {
    return new CommandHook(options, move);
  }
}
