// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import dev.fram.api.model.Endpoint;
import dev.fram.testkit.fault.JavaChild;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Starts the command line in a process of its own, as a user runs it, without a way back. */
final class FramProcess {
  private FramProcess() {}

  /** Starts {@code fram WORDS --source .. --target ..}, in 256 MB of heap. */
  static JavaChild start(Endpoint source, Endpoint target, String... words) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(words));
    arguments.addAll(List.of("--source", uri(source), "--target", uri(target)));
    Path output = Files.createTempFile("fram-", ".log");
    output.toFile().deleteOnExit();
    return JavaChild.start(
        "dev.fram.cli.Main",
        arguments,
        Map.of(
            "FRAM_SOURCE_PASSWORD", source.password().orElseThrow().reveal(),
            "FRAM_TARGET_PASSWORD", target.password().orElseThrow().reveal(),
            "FRAM_REVERSE_WINDOW", "none",
            "FRAM_PG_BIN", System.getProperty("fram.pg.bin", "")),
        output);
  }

  /** As a person writes it, without its password. */
  static String uri(Endpoint endpoint) {
    String query =
        endpoint.parameters().entrySet().stream()
            .map(parameter -> parameter.getKey() + "=" + parameter.getValue())
            .collect(Collectors.joining("&"));
    return endpoint + (query.isEmpty() ? "" : "?" + query);
  }
}
