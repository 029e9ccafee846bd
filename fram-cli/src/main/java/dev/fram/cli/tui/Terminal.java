// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import dev.fram.cli.config.Surroundings;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * Where output goes.
 *
 * @param surroundings the environment
 * @param out results
 * @param err errors and log lines
 * @param interactive whether a person looks at {@code out}
 */
public record Terminal(
    Surroundings surroundings, PrintStream out, PrintStream err, boolean interactive) {

  /** The process's own. */
  public static Terminal real() {
    return new Terminal(
        Surroundings.real(),
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, charset()),
        System.err,
        isTerminal());
  }

  public Look look() {
    return Look.of(surroundings.variables(), out.charset());
  }

  private static Charset charset() {
    String name = System.getProperty("stdout.encoding", "");
    return Charset.isSupported(name.isEmpty() ? "?" : name)
        ? Charset.forName(name)
        : StandardCharsets.UTF_8;
  }

  /**
   * Java's own answer (System.console) means something else in every release, and looks at the
   * input too; test(1) looks at the very stream that is asked about.
   */
  private static boolean isTerminal() {
    try {
      return new ProcessBuilder("test", "-t", "1")
              .redirectOutput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
