// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fram.cli.command.Invocation;
import dev.fram.cli.config.Surroundings;
import dev.fram.cli.tui.Terminal;
import dev.fram.testkit.server.PostgresServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Calls fram inside this process, as {@code main} does, with an environment of its own. */
final class Program {
  private final Map<String, String> variables = new HashMap<>();
  private final Path folder;

  Program(Path folder) {
    this.folder = folder;
  }

  /** The two servers, as a careful user gives them. */
  Program servers(PostgresServer source, PostgresServer target, String database) {
    variables.put("FRAM_SOURCE", source.uri(database));
    variables.put("FRAM_TARGET", target.uri(database));
    variables.put("FRAM_SOURCE_PASSWORD", source.password());
    variables.put("FRAM_TARGET_PASSWORD", target.password());
    // A run ends when the target serves.
    variables.put("FRAM_REVERSE_WINDOW", "none");
    return this;
  }

  Program with(String variable, String value) {
    variables.put(variable, value);
    return this;
  }

  Result run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new Surroundings(variables, folder, folder, "nobody"),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false);
    int code = new Invocation(terminal).run(arguments);
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** In a thread of its own, as another terminal. */
  CompletableFuture<Result> start(String... arguments) {
    return CompletableFuture.supplyAsync(
        () -> run(arguments), command -> new Thread(command).start());
  }

  /**
   * @param code the exit code
   * @param out standard output
   * @param err the error stream
   */
  record Result(int code, String out, String err) {
    /** The output of {@code --json}. */
    List<JsonNode> events() {
      List<JsonNode> events = new ArrayList<>();
      ObjectMapper mapper = new ObjectMapper();
      for (String line : out.lines().toList()) {
        try {
          events.add(mapper.readTree(line));
        } catch (JsonProcessingException e) {
          throw new UncheckedIOException("not JSON: " + line, e);
        }
      }
      return events;
    }

    JsonNode last() {
      return events().getLast();
    }
  }
}
