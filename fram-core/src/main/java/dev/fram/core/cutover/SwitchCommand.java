// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.run.RunParts;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs the user's command that points the applications at the target. The source is closed by then:
 * a command that fails is reported, and undoes nothing.
 */
final class SwitchCommand {
  private final RunParts parts;

  SwitchCommand(RunParts parts) {
    this.parts = parts;
  }

  /**
   * @throws FramException HOOK_FAILED with its exit code or the time limit
   */
  void run(String command) {
    ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", command);
    Map<String, String> environment = builder.environment();
    environment.put("FRAM_MIGRATION", parts.route().id().value());
    environment.put("FRAM_STEP", Promotion.SWITCH);
    server(environment, "FRAM_SOURCE_", parts.route().source().server().name());
    server(environment, "FRAM_TARGET_", parts.route().target().server().name());
    builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    try {
      await(builder.start());
    } catch (IOException e) {
      throw new FramException(
          ErrorCode.HOOK_FAILED,
          "The switch command could not be started.",
          "Point the applications at the target by hand.",
          e);
    }
  }

  private void await(Process process) {
    Duration limit = parts.settings().cutover().switchTimeout();
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw failed("did not end within " + limit.toMillis() + " ms");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("was interrupted");
    }
    if (process.exitValue() != 0) {
      throw failed("ended with exit code " + process.exitValue());
    }
  }

  private static FramException failed(String how) {
    return new FramException(
        ErrorCode.HOOK_FAILED,
        "The switch command " + how + "; the target is open and the source closed.",
        "Point the applications at the target by hand, or run fram migrate to run it again.");
  }

  /** Takes {@code host:port/database} apart; an IPv6 address stands in brackets. */
  static void server(Map<String, String> environment, String prefix, String name) {
    int slash = name.indexOf('/');
    String address = slash < 0 ? name : name.substring(0, slash);
    int colon = address.lastIndexOf(':');
    boolean hasPort = colon > address.lastIndexOf(']');
    String host = hasPort ? address.substring(0, colon) : address;
    environment.put(prefix + "HOST", host.replace("[", "").replace("]", ""));
    environment.put(prefix + "PORT", hasPort ? address.substring(colon + 1) : "");
    environment.put(prefix + "DATABASE", slash < 0 ? "" : name.substring(slash + 1));
  }
}
