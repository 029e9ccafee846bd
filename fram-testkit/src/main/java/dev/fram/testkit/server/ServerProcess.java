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
import java.util.stream.Stream;

/**
 * One running postmaster, known by its pid. It is in a session of its own, so that Ctrl-C in a
 * terminal reaches only Java, which then stops it in order; and a small watcher stops it when Java
 * itself is killed and can do nothing any more. Owned by one {@link PostgresServer}.
 */
final class ServerProcess {
  /**
   * Ends when Java says "done"; goes on when Java is gone. $0 is the pid, $1 what its command line
   * must hold, $2 the folder to remove afterwards, if any.
   */
  private static final String WATCH =
      """
      read -r word && exit 0
      tr '\\0' ' ' </proc/$0/cmdline | grep -qF "$1" && kill -INT $0
      while kill -0 $0; do sleep 0.2; done
      case "$2" in */fram-pg-*) rm -rf "$2" ;; esac
      """;

  private final Process process;
  private final Process watcher;

  private ServerProcess(Process process, Process watcher) {
    this.process = process;
    this.watcher = watcher;
  }

  static ServerProcess start(ServerAccount account, Path program, ServerHome home)
      throws IOException {
    List<String> words = new ArrayList<>(ownSession());
    words.addAll(account.prefix());
    words.addAll(List.of(program.toString(), "-D", home.data().toString()));
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(home.folder().toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(home.log().toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    process.getOutputStream().close();
    return new ServerProcess(process, watch(process.pid(), home));
  }

  boolean alive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /** Asks the postmaster to end and waits; false when it is still there after {@code limit}. */
  boolean end(StopMode mode, Duration limit) throws IOException {
    if (process.isAlive()) {
      Command.of(List.of(), "sh", "-c", "kill -" + mode.signal() + " " + process.pid()).run();
    }
    return await(limit);
  }

  /** SIGKILL to the postmaster and to every process it started, as a power cut would. */
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

  private static Process watch(long pid, ServerHome home) throws IOException {
    List<String> words = new ArrayList<>(ownSession());
    String removed = home.keep() == ServerHome.Keep.REMOVE ? home.folder().toString() : "";
    words.addAll(List.of("sh", "-c", WATCH, Long.toString(pid), home.data().toString(), removed));
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
