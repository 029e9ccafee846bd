// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A program run to its end, its output taken as text. */
public record Command(List<String> words, Map<String, String> environment) {
  /** How it ended: the exit code, and standard output and error together. */
  public record Result(int exit, String output) {}

  public static Command of(List<String> prefix, String... words) {
    List<String> all = new ArrayList<>(prefix);
    all.addAll(List.of(words));
    return new Command(List.copyOf(all), Map.of());
  }

  /** Runs in the current folder; an {@link IOException} when the program does not exist. */
  public Result run() throws IOException {
    return runIn(Path.of("/"));
  }

  public Result runIn(Path folder) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), output);
    } catch (InterruptedException stopped) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while running " + words.getFirst(), stopped);
    }
  }
}
