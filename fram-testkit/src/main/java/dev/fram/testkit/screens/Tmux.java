// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.screens;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Terminals of tmux, by a server of its own that ends with it. Owned by the test's thread. */
public final class Tmux implements AutoCloseable {
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final Path folder;
  private final String server;

  /**
   * @param folder for what tmux says
   */
  public Tmux(Path folder) {
    this.folder = folder;
    this.server = "fram-" + ProcessHandle.current().pid() + "-" + NUMBERS.incrementAndGet();
  }

  /** A program in a terminal of that many columns and rows. */
  public void open(
      String name, List<Integer> size, Map<String, String> variables, List<String> program)
      throws IOException {
    // The server must not end between two terminals: the next one would find it half gone.
    List<String> words =
        new ArrayList<>(List.of("start-server", ";", "set", "-g", "exit-empty", "off", ";"));
    words.addAll(List.of("new-session", "-d", "-s", name));
    words.addAll(List.of("-x", size.get(0).toString(), "-y", size.get(1).toString()));
    variables.forEach((key, value) -> words.addAll(List.of("-e", key + "=" + value)));
    words.addAll(program);
    tmux(words.toArray(String[]::new));
  }

  /** What it shows, without colours. */
  public String text(String name) throws IOException {
    return tmux("capture-pane", "-p", "-t", name);
  }

  /** What it shows, with the codes for colours. */
  public List<String> styled(String name) throws IOException {
    return tmux("capture-pane", "-e", "-p", "-t", name).lines().toList();
  }

  public void end(String name) throws IOException {
    tmux("kill-session", "-t", name);
  }

  private String tmux(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of("tmux", "-u", "-L", server));
    command.addAll(List.of(words));
    Path said = folder.resolve("tmux");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    process.onExit().join();
    return Files.readString(said);
  }

  @Override
  public void close() throws IOException {
    tmux("kill-server");
  }
}
