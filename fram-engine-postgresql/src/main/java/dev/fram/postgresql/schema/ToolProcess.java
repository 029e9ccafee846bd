// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Runs pg_dump or pg_restore to its end and keeps what it printed. Its environment is the caller's,
 * less every PG* variable of the user (they would change which server is meant). Blocks the calling
 * thread; an interrupt ends the child.
 */
final class ToolProcess {
  private static final int KEPT_ERROR_CHARACTERS = 2000;

  private ToolProcess() {}

  /**
   * @param output standard output, UTF-8
   * @param errors standard error, UTF-8
   */
  record Result(int exit, String output, String errors) {}

  static Result run(List<String> command, Map<String, String> environment) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().putAll(environment);
    // Messages are parsed nowhere, but shown: English, as the rest of what Fram says.
    builder.environment().put("LC_ALL", "C.UTF-8");
    try {
      return finish(builder.start());
    } catch (IOException e) {
      throw new FramException(
          ErrorCode.TOOL_MISSING,
          command.get(0) + " could not be started.",
          "Set FRAM_PG_BIN to a folder with working pg_dump and pg_restore.",
          e);
    }
  }

  /** As {@link #run}; an exit code other than 0 is an error. */
  static String output(List<String> command, Map<String, String> environment, String doing) {
    Result result = run(command, environment);
    if (result.exit() != 0) {
      throw failed(command.get(0), result, doing);
    }
    return result.output();
  }

  private static FramException failed(String program, Result result, String doing) {
    String errors = result.errors().strip();
    String shown =
        errors.length() > KEPT_ERROR_CHARACTERS
            ? errors.substring(0, KEPT_ERROR_CHARACTERS) + " ..."
            : errors;
    return new FramException(
        ErrorCode.SCHEMA_TRANSFER_FAILED,
        doing + ": " + program + " ended with " + result.exit() + ": " + shown,
        "Correct what it names, then run the same command again.");
  }

  private static Result finish(Process process) throws IOException {
    process.getOutputStream().close();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    Thread reader =
        Thread.ofPlatform()
            .name("tool-errors")
            .daemon(true)
            .start(() -> drain(process.getErrorStream(), errors));
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int exit = process.waitFor();
      reader.join();
      return new Result(exit, output, errors.toString(StandardCharsets.UTF_8));
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new FramException(
          ErrorCode.CANCELLED, "A child process was ended because Fram stops.", "", e);
    }
  }

  private static void drain(InputStream from, ByteArrayOutputStream to) {
    try {
      from.transferTo(to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
