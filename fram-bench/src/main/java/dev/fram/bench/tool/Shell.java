// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.tool;

import dev.fram.bench.measure.MemoryWatch;
import dev.fram.bench.measure.ProcessTree;
import dev.fram.bench.measure.ToolRun;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Runs a line of programs as a person would, with bash. The shell stays until it has been asked
 * what its children used: an ended process can no longer be asked.
 */
public final class Shell {
  /** The script gets a shell of its own, which ends at the first program that fails. */
  private static final String FRAME =
      "set -o pipefail\n(\nset -e\n%s\n) </dev/null >'%s' 2>&1; echo $?; read -r end";

  private Shell() {}

  /**
   * Runs a script to its end.
   *
   * @throws IOException with the end of its output when it fails
   */
  public static ToolRun run(String script, Map<String, String> environment) throws IOException {
    Path log = Files.createTempFile("fram-bench-", ".log");
    try {
      return run(script, environment, log);
    } finally {
      Files.deleteIfExists(log);
    }
  }

  private static ToolRun run(String script, Map<String, String> environment, Path log)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder("bash", "-c", FRAME.formatted(script, log));
    builder.environment().putAll(environment);
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    long began = System.nanoTime();
    Process bash = builder.start();
    ProcessTree tree = new ProcessTree(bash.pid());
    try (MemoryWatch memory = MemoryWatch.of(tree);
        BufferedReader answers = bash.inputReader(StandardCharsets.UTF_8)) {
      String exit = answers.readLine();
      double seconds = (System.nanoTime() - began) / 1e9;
      if (!"0".equals(exit)) {
        List<String> lines = Files.readAllLines(log);
        throw new IOException(
            "exit "
                + exit
                + " of:\n"
                + script
                + "\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size())));
      }
      return new ToolRun(seconds, tree.usage(), memory.peak());
    } finally {
      bash.destroy();
    }
  }
}
