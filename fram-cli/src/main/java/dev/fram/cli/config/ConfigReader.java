// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Brings flags, environment and file together, in that order, and finds everything wrong. */
public final class ConfigReader {
  /** Read from the current folder when it is there and no other file is named. */
  public static final String DEFAULT_FILE = "fram.yaml";

  /** Variables beside the settings: read by other parts, or never written in a file. */
  private static final Set<String> OTHER_VARIABLES =
      Set.of(
          "FRAM_SOURCE_PASSWORD",
          "FRAM_TARGET_PASSWORD",
          "FRAM_PROBE_PASSWORD",
          "FRAM_SSH_PASSPHRASE",
          "FRAM_DASHBOARD_TOKEN",
          "FRAM_PG_BIN",
          "FRAM_JAVA_OPTS");

  private final Surroundings surroundings;

  public ConfigReader(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * Reads everything.
   *
   * @param flags what the command line says, by key
   * @param file the file named by {@code --config}
   * @param required keys without which the command cannot run
   * @throws FramException CONFIG_INVALID with every problem, one a line
   */
  public ConfigValues read(
      Map<ConfigKey, List<String>> flags, Optional<String> file, Set<ConfigKey> required) {
    List<String> problems = new ArrayList<>();
    Map<ConfigKey, Given> values = new EnumMap<>(ConfigKey.class);
    List<TrafficEntry> traffic = new ArrayList<>();
    values.putAll(fromFile(file, traffic, problems));
    values.putAll(fromEnvironment(problems));
    flags.forEach((key, texts) -> values.put(key, new Given(texts, key.flag())));
    values.forEach((key, given) -> check(key, given, problems));
    Given switches = values.remove(ConfigKey.TRAFFIC);
    if (switches != null) {
      traffic.clear();
      traffic.addAll(TrafficReader.ofTexts(switches.texts(), switches.origin(), problems));
    }
    for (ConfigKey key : required) {
      if (!values.containsKey(key) && key.fallback().isEmpty()) {
        problems.add(key.flag() + " is missing. Give it, or set " + key.variable() + ".");
      }
    }
    onlyOneOf(values, ConfigKey.SOURCE_PASSWORD_FILE, ConfigKey.SOURCE_PASSWORD_COMMAND, problems);
    onlyOneOf(values, ConfigKey.TARGET_PASSWORD_FILE, ConfigKey.TARGET_PASSWORD_COMMAND, problems);
    onlyOneOf(values, ConfigKey.PROBE_PASSWORD_FILE, ConfigKey.PROBE_PASSWORD_COMMAND, problems);
    onlyOneOf(values, ConfigKey.SSH_PASSPHRASE_FILE, ConfigKey.SSH_PASSPHRASE_COMMAND, problems);
    if (!problems.isEmpty()) {
      throw invalid(problems);
    }
    return new ConfigValues(values, traffic);
  }

  private Map<ConfigKey, Given> fromFile(
      Optional<String> named, List<TrafficEntry> traffic, List<String> problems) {
    Path path = surroundings.path(named.orElse(DEFAULT_FILE));
    if (!Files.exists(path)) {
      named.ifPresent(n -> problems.add("--config: there is no file " + path + "."));
      return Map.of();
    }
    return ConfigFile.read(path, surroundings.variables(), traffic, problems);
  }

  private Map<ConfigKey, Given> fromEnvironment(List<String> problems) {
    Map<ConfigKey, Given> values = new EnumMap<>(ConfigKey.class);
    for (ConfigKey key : ConfigKey.values()) {
      surroundings
          .variable(key.variable())
          .ifPresent(text -> values.put(key, new Given(split(key, text), key.variable())));
    }
    misspelled(problems);
    return values;
  }

  private static List<String> split(ConfigKey key, String text) {
    return key.kind().repeated()
        ? Arrays.stream(text.split(",", -1)).map(String::strip).toList()
        : List.of(text);
  }

  /** A variable that is nearly one of ours would be ignored silently: worse than a message. */
  private void misspelled(List<String> problems) {
    Set<String> known =
        Arrays.stream(ConfigKey.values()).map(ConfigKey::variable).collect(Collectors.toSet());
    known.addAll(OTHER_VARIABLES);
    for (String name : new TreeSet<>(surroundings.variables().keySet())) {
      if (name.startsWith("FRAM_") && !known.contains(name)) {
        known.stream()
            .filter(word -> NearestWord.distance(name, word) <= 2)
            .sorted()
            .findFirst()
            .ifPresent(w -> problems.add(name + ": unknown variable. Did you mean " + w + "?"));
      }
    }
  }

  private static void check(ConfigKey key, Given given, List<String> problems) {
    for (String text : given.texts()) {
      key.kind()
          .problem(text)
          .ifPresent(problem -> problems.add(given.origin() + ": " + key.word() + " " + problem));
    }
  }

  private static void onlyOneOf(
      Map<ConfigKey, Given> values, ConfigKey one, ConfigKey other, List<String> problems) {
    Given first = values.get(one);
    Given second = values.get(other);
    if (first != null && second != null) {
      problems.add(
          first.origin() + " and " + second.origin() + " both give a password. Keep one of them.");
    }
  }

  private static FramException invalid(List<String> problems) {
    if (problems.size() == 1) {
      return new FramException(ErrorCode.CONFIG_INVALID, problems.getFirst(), "");
    }
    String list = problems.stream().map(p -> "\n  " + p).collect(Collectors.joining());
    return new FramException(
        ErrorCode.CONFIG_INVALID, problems.size() + " settings are wrong:" + list, "");
  }
}
