// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The world around the process, given from outside so that tests can give another.
 *
 * @param variables the environment
 * @param folder the folder relative paths start from
 * @param home the user's home
 * @param user the user's login name
 */
public record Surroundings(Map<String, String> variables, Path folder, Path home, String user) {
  public Surroundings {
    variables = Map.copyOf(variables);
  }

  /** The real world. */
  public static Surroundings real() {
    Map<String, String> variables = System.getenv();
    String home = variables.getOrDefault("HOME", System.getProperty("user.home"));
    return new Surroundings(
        variables, Path.of("").toAbsolutePath(), Path.of(home), System.getProperty("user.name"));
  }

  /** A variable that is set and not empty. */
  public Optional<String> variable(String name) {
    return Optional.ofNullable(variables.get(name)).filter(v -> !v.isEmpty());
  }

  /** The path, {@code ~/} meaning the user's home. */
  public Path path(String text) {
    return text.startsWith("~/") ? home.resolve(text.substring(2)) : folder.resolve(text);
  }
}
