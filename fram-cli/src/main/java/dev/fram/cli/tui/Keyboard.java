// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Gives each key of the terminal to somebody as it is pressed, and gives the terminal back as it
 * was. Only a process in the terminal's foreground may do that: in the background reading or
 * setting the terminal would stop the whole process, and a migration with it. So a small child
 * reads, deaf to that signal; when it may not read any more, there are no keys, and nothing else
 * happens.
 */
final class Keyboard implements AutoCloseable {
  private static final File TERMINAL = new File("/dev/tty");

  private final String before;
  private final Process reader;

  private Keyboard(String before, Process reader) {
    this.before = before;
    this.reader = reader;
  }

  /** Empty when there is no terminal, or it is not ours just now. */
  static Optional<Keyboard> open(Consumer<Character> key) {
    String before = foreground() ? stty("-g") : "";
    if (before.isEmpty()) {
      return Optional.empty();
    }
    // Ctrl-C stays what it is.
    stty("-icanon", "-echo", "min", "1", "time", "0");
    try {
      Process reader =
          new ProcessBuilder("sh", "-c", "trap '' TTIN; exec cat")
              .redirectInput(TERMINAL)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      Thread thread = new Thread(() -> read(reader.getInputStream(), key), "keys");
      thread.setDaemon(true);
      thread.start();
      return Optional.of(new Keyboard(before, reader));
    } catch (IOException e) {
      stty(before);
      return Optional.empty();
    }
  }

  /** Whether keys still come: not after the process was in the background. */
  boolean alive() {
    return reader.isAlive();
  }

  @Override
  public void close() {
    reader.destroy();
    if (foreground()) {
      stty(before);
    }
  }

  private static void read(InputStream keys, Consumer<Character> key) {
    try (keys) {
      for (int c = keys.read(); c >= 0; c = keys.read()) {
        key.accept((char) c);
      }
    } catch (IOException e) {
      // The reader was ended: no more keys.
    }
  }

  /** The terminal's own process group is ours. */
  private static boolean foreground() {
    try {
      Path stat = Path.of("/proc/self/stat");
      if (Files.isReadable(stat)) {
        String text = Files.readString(stat, StandardCharsets.ISO_8859_1);
        // The name before it may hold anything: state, parent, group, session, terminal, its group.
        String[] words = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
        return words[2].equals(words[5]);
      }
      String pid = Long.toString(ProcessHandle.current().pid());
      List<String> groups =
          Arrays.stream(
                  said("ps", "-o", "pgid=", "-o", "tpgid=", "-p", pid).strip().split("\\s+", -1))
              .toList();
      return groups.size() == 2 && groups.getFirst().equals(groups.getLast());
    } catch (IOException e) {
      return false;
    }
  }

  private static String stty(String... words) {
    try {
      return said(Stream.concat(Stream.of("stty"), Arrays.stream(words)).toArray(String[]::new))
          .strip();
    } catch (IOException e) {
      return ""; // no stty, or no terminal behind the process
    }
  }

  private static String said(String... words) throws IOException {
    Process process =
        new ProcessBuilder(words)
            .redirectInput(TERMINAL)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!process.waitFor(1, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "";
      }
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
