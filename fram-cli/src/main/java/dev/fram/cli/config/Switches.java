// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Secret;
import dev.fram.api.traffic.SwitchKind;
import dev.fram.api.traffic.SwitchOpener;
import dev.fram.api.traffic.SwitchOption;
import dev.fram.api.traffic.SwitchOptions;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.api.traffic.TrafficSwitch;
import dev.fram.core.traffic.TrafficSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the user has set to move the traffic, with the passwords that this needs. */
public final class Switches {
  private Switches() {}

  /**
   * Finds the passwords.
   *
   * @throws dev.fram.api.error.FramException CONFIG_INVALID
   */
  static TrafficSettings settings(ConfigValues values, Surroundings surroundings) {
    Passwords passwords = new Passwords(surroundings, values, new ArrayList<>());
    TrafficSettings defaults = TrafficSettings.defaults();
    List<SwitchOpener> openers = new ArrayList<>();
    values
        .text(ConfigKey.SWITCH_COMMAND)
        .ifPresent(c -> openers.add(command(c, values.duration(ConfigKey.SWITCH_TIMEOUT))));
    int place = 0;
    for (TrafficEntry entry : values.traffic()) {
      place++;
      SwitchOptions options = options(inPlace(entry, surroundings), passwords.of(entry));
      String name =
          Optional.ofNullable(entry.texts().get(TrafficWords.NAME))
              .map(List::getFirst)
              .orElse(place + " " + entry.kind().type());
      openers.add(new Opener(name, entry.kind(), options));
    }
    TrafficSettings settings =
        new TrafficSettings(
            openers, values.duration(ConfigKey.PAUSE_LIMIT), defaults.patience(), Optional.empty());
    return values.text(ConfigKey.PROBE).isPresent()
        ? settings.withProbe(passwords.probe())
        : settings;
  }

  /** One command that is run when the target serves: what {@code --switch-command} means. */
  public static SwitchOpener command(String command, Duration timeout) {
    SwitchKind hook = TrafficWords.kind("hook").orElseThrow();
    return new Opener(
        "switch-command",
        hook,
        new SwitchOptions(
            Map.of("switch", List.of(command)), Map.of("timeout", timeout), Optional.empty()));
  }

  /** With the fallbacks, and without what every kind has. */
  static SwitchOptions options(TrafficEntry entry, Optional<Secret> password) {
    Map<String, List<String>> texts = new HashMap<>();
    Map<String, Duration> durations = new HashMap<>();
    for (SwitchOption option : entry.kind().options()) {
      List<String> given = entry.texts().get(option.word());
      if (given == null && !option.required() && !option.fallback().isEmpty()) {
        given = List.of(option.fallback());
      }
      if (given == null) {
        continue;
      }
      texts.put(option.word(), given);
      if (option.kind() == SwitchOption.Kind.DURATION) {
        durations.put(option.word(), Amounts.duration(given.getFirst()).orElseThrow());
      }
    }
    return new SwitchOptions(texts, durations, password);
  }

  private static TrafficEntry inPlace(TrafficEntry entry, Surroundings surroundings) {
    Map<String, List<String>> texts = new HashMap<>(entry.texts());
    for (SwitchOption option : entry.kind().options()) {
      List<String> given = texts.get(option.word());
      if (option.kind() == SwitchOption.Kind.PATH && given != null) {
        texts.put(option.word(), given.stream().map(p -> surroundings.path(p).toString()).toList());
      }
      if (option.kind() == SwitchOption.Kind.URI && given != null) {
        texts.put(option.word(), given.stream().map(Switches::withoutPassword).toList());
      }
    }
    return new TrafficEntry(entry.kind(), texts, entry.origin());
  }

  /** From here on the password travels apart from the address. */
  private static String withoutPassword(String uri) {
    if (Endpoint.parse(uri).password().isEmpty()) {
      return uri;
    }
    int login = uri.indexOf("://") + 3;
    int at = uri.indexOf('@', login);
    return uri.substring(0, uri.indexOf(':', login)) + uri.substring(at);
  }

  private record Opener(String name, SwitchKind kind, SwitchOptions options)
      implements SwitchOpener {
    @Override
    public TrafficSwitch open(TrafficMove move) {
      return kind.open(options, move);
    }

    /** Keeps commands and addresses out of logs. */
    @Override
    public String toString() {
      return name;
    }
  }
}
