// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.host;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.host.HostAnswer;
import dev.fram.api.host.HostScript;
import dev.fram.api.host.ServerHost;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The machine that Fram itself runs on. Scripts run as Fram's own user. */
public final class ThisMachine implements ServerHost {
  @Override
  public String display() {
    return "this machine";
  }

  @Override
  public HostAnswer run(HostScript script, Consumer<String> lines, Runnable goesOn) {
    List<String> command = new ArrayList<>(List.of("sh", "-c", script.text(), "fram"));
    command.addAll(script.arguments());
    ProcessBuilder builder = new ProcessBuilder(command);
    // Whatever a user has set for his own client is not meant for these.
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LC_ALL", "C");
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new FramException(
          ErrorCode.TOOL_MISSING,
          script.doing() + ": no shell (sh) could be started here.",
          "Run Fram on a machine that has one.",
          e);
    }
    ScriptEnds ends =
        new ScriptEnds(
            process.getOutputStream(), process.getInputStream(), process.getErrorStream());
    return ends.follow(
        script,
        lines,
        goesOn,
        new ScriptEnds.Life() {
          @Override
          public boolean ended(long millis) throws InterruptedException {
            return process.waitFor(millis, TimeUnit.MILLISECONDS);
          }

          @Override
          public int exit() {
            return process.exitValue();
          }
        });
  }
}
