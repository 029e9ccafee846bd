// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Secret;
import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.config.ConfigReader;
import dev.fram.cli.config.RunSettings;
import dev.fram.cli.config.Surroundings;
import dev.fram.core.run.MigrationSettings;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Settings as a user gives them: through the command line's own reader. */
final class TrafficSetting {
  private TrafficSetting() {}

  /**
   * @param probe the applications' address; its password goes by the environment
   * @param entries of {@code --traffic}
   */
  static MigrationSettings of(
      MigrationSettings.Mode mode, Optional<Endpoint> probe, List<String> entries) {
    Map<ConfigKey, List<String>> flags = new EnumMap<>(ConfigKey.class);
    flags.put(ConfigKey.TRAFFIC, entries);
    probe.ifPresent(path -> flags.put(ConfigKey.PROBE, List.of(FramProcess.uri(path))));
    Map<String, String> variables =
        probe
            .flatMap(Endpoint::password)
            .map(Secret::reveal)
            .map(password -> Map.of("FRAM_PROBE_PASSWORD", password))
            .orElse(Map.of());
    Path folder = Path.of("").toAbsolutePath();
    Surroundings surroundings = new Surroundings(variables, folder, folder, "nobody");
    MigrationSettings asked =
        RunSettings.from(
            new ConfigReader(surroundings).read(flags, Optional.empty(), Set.of()), surroundings);
    return Move.settings(mode).withTraffic(asked.traffic());
  }
}
