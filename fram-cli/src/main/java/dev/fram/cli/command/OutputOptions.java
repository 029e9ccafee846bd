// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every command has. Filled by picocli. */
final class OutputOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      order = 200,
      description = "Reads settings from this file instead of fram.yaml in the current folder.")
  private @Nullable String config;

  @Option(
      names = "--json",
      order = 201,
      description = "Writes one JSON object a line instead of text.")
  private boolean json;

  @Option(
      names = {"-v", "--verbose"},
      order = 202,
      description = "Adds log lines and stack traces on the error stream; no live screen.")
  private boolean verbose;

  @Option(
      names = {"-q", "--quiet"},
      order = 203,
      description = "Leaves only errors and results.")
  private boolean quiet;

  Optional<String> config() {
    return Optional.ofNullable(config);
  }

  boolean json() {
    return json;
  }

  boolean verbose() {
    return verbose;
  }

  boolean quiet() {
    return quiet;
  }
}
