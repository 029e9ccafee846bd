// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.hook;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command of the user's, run by {@code sh -c} in a process group of its own: what does not end in
 * time is ended with everything that it has started. Its output goes nowhere.
 */
public final class ShellCommand {
  private static final Logger LOG = LoggerFactory.getLogger(ShellCommand.class);
  private static final Path SETSID = Path.of("/usr/bin/setsid");

  private final String command;
  private final Map<String, String> facts;

  /**
   * @param facts variables beside those of this process
   */
  public ShellCommand(String command, Map<String, String> facts) {
    this.command = command;
    this.facts = Map.copyOf(facts);
  }

  /** How it ended. */
  public sealed interface End {
    record Exited(int code) implements End {}

    /** It was still running after the limit, and was ended. */
    record TooLate() implements End {}

    record NotStarted() implements End {}
  }

  /** Runs it to its end, or to the limit. */
  public End run(Duration limit) {
    List<String> words = new ArrayList<>();
    boolean grouped = Files.isExecutable(SETSID);
    if (grouped) {
      words.add(SETSID.toString());
    }
    words.addAll(List.of("/bin/sh", "-c", command));
    ProcessBuilder builder = new ProcessBuilder(words);
    Map<String, String> environment = builder.environment();
    // What a hook needs to know it gets by name; our passwords are not among that.
    environment.keySet().removeIf(name -> name.startsWith("FRAM_") && name.endsWith("_PASSWORD"));
    environment.putAll(facts);
    builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    try {
      return await(builder.start(), grouped ? Group.OWN : Group.OURS, limit);
    } catch (IOException e) {
      LOG.warn("A hook could not be started: {}", e.getMessage());
      return new End.NotStarted();
    }
  }

  private enum Group {
    /** The command leads a process group. */
    OWN,
    OURS
  }

  private static End await(Process process, Group group, Duration limit) {
    try {
      if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return new End.Exited(process.exitValue());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    end(process, group);
    return new End.TooLate();
  }

  /** The group also holds those whose parent has gone, which are nobody's descendants any more. */
  private static void end(Process process, Group group) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    if (group == Group.OWN) {
      try {
        // The form of POSIX: dash takes the "--" of "kill -KILL --" for a process.
        new ProcessBuilder("/bin/sh", "-c", "kill -s KILL -- -" + process.pid())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor(5, TimeUnit.SECONDS);
      } catch (IOException e) {
        LOG.warn("What a hook has started could not be ended: {}", e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
