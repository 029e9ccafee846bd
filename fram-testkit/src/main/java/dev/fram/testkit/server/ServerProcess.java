// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One running server, known by its pid. It is in a session of its own, so that Ctrl-C in a terminal
 * reaches only Java, which then stops it in order; and a small watcher stops it when Java itself is
 * killed and can do nothing any more. Owned by one {@link PostgresServer}.
 */
final class ServerProcess {
  /**
   * Ends when Java says "done"; goes on when Java is gone. $0 is the pid, $1 what its command line
   * must hold, $2 the folder to remove afterwards, if any, $3 the signal.
   */
  private static final String WATCH =
      """
      read -r word && exit 0
      tr '\\0' ' ' </proc/$0/cmdline | grep -qF "$1" && kill -$3 $0
      while kill -0 $0; do sleep 0.2; done
      case "$2" in */fram-pg-*|*/fram-my-*) rm -rf "$2" ;; esac
      """;

  /** What a user has set for programs of his own must not reach a server of ours. */
  private static final Pattern FOREIGN = Pattern.compile("(PG|MYSQL|MARIADB).*");

  private final Process process;
  private final Process watcher;

  private ServerProcess(Process process, Process watcher) {
    this.process = process;
    this.watcher = watcher;
  }

  static ServerProcess start(ServerProgram program) throws IOException {
    ServerProgram.Launch launch = program.launch();
    ServerHome home = program.home();
    List<String> words = new ArrayList<>(ownSession());
    words.addAll(launch.words());
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(home.folder().toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(home.log().toFile()));
    builder.environment().keySet().removeIf(name -> FOREIGN.matcher(name).matches());
    builder.environment().put("LC_ALL", "C");
    builder.environment().putAll(launch.environment());
    Process process = builder.start();
    process.getOutputStream().close();
    return new ServerProcess(process, watch(process.pid(), program));
  }

  boolean alive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /** Asks the server to end and waits; false when it is still there after {@code limit}. */
  boolean end(String signal, Duration limit) throws IOException {
    if (process.isAlive()) {
      Command.of(List.of(), "sh", "-c", "kill -" + signal + " " + process.pid()).run();
    }
    return await(limit);
  }

  /** SIGKILL to the server and to every process it started, as a power cut would. */
  void kill() throws IOException {
    List<ProcessHandle> children;
    try (Stream<ProcessHandle> all = process.descendants()) {
      children = all.toList();
    }
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    await(Duration.ofSeconds(20));
    for (ProcessHandle child : children) {
      child.onExit().orTimeout(20, TimeUnit.SECONDS).join();
    }
  }

  private boolean await(Duration limit) throws IOException {
    try {
      boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (ended) {
        dismissWatcher();
      }
      return ended;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a server was stopping", stopped);
    }
  }

  private void dismissWatcher() {
    try (var in = watcher.getOutputStream()) {
      in.write("done\n".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException gone) {
      watcher.destroy();
    }
  }

  private static Process watch(long pid, ServerProgram program) throws IOException {
    ServerHome home = program.home();
    List<String> words = new ArrayList<>(ownSession());
    String removed = home.keep() == ServerHome.Keep.REMOVE ? home.folder().toString() : "";
    words.addAll(List.of("sh", "-c", WATCH, Long.toString(pid), home.data().toString(), removed));
    words.add(program.stopSignal());
    return new ProcessBuilder(words)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static List<String> ownSession() {
    return Stream.of("/usr/bin/setsid", "/bin/setsid")
        .filter(program -> Files.isExecutable(Path.of(program)))
        .findFirst()
        .map(List::of)
        .orElse(List.of());
  }
}
