// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.cli;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A pseudo-terminal with one program in its foreground, as in a terminal window: the kernel's own,
 * opened by the C library. The program is the leader of a session whose terminal this is.
 */
final class Pty implements AutoCloseable {
  private static final int READ_WRITE_NOT_MINE = 2 | 0x100; // O_RDWR | O_NOCTTY of Linux
  private static final int SET_SIZE = 0x5414; // TIOCSWINSZ of Linux

  /** What is needed of it; the names are the library's. */
  @SuppressWarnings("MemberName")
  interface C extends Library {
    C LIB = Native.load("c", C.class);

    int posix_openpt(int flags);

    int grantpt(int fd);

    int unlockpt(int fd);

    String ptsname(int fd);

    int ioctl(int fd, long request, short[] size);

    long read(int fd, byte[] buffer, long most);

    long write(int fd, byte[] buffer, long length);

    int close(int fd);
  }

  private final int master;
  private final String name;
  private final Process process;
  private final StringBuffer shown = new StringBuffer();
  private final Thread reader = new Thread(this::read, "pty");

  /** Starts the program in a terminal of 24 lines of 100 columns. */
  Pty(List<String> command, Map<String, String> variables, File folder) throws IOException {
    master = C.LIB.posix_openpt(READ_WRITE_NOT_MINE);
    if (master < 0 || C.LIB.grantpt(master) != 0 || C.LIB.unlockpt(master) != 0) {
      throw new IOException("the kernel gives no pseudo-terminal");
    }
    name = C.LIB.ptsname(master);
    C.LIB.ioctl(master, SET_SIZE, new short[] {24, 100, 0, 0});
    List<String> words = new ArrayList<>(List.of("setsid", "--ctty", "--wait"));
    words.addAll(command);
    File terminal = new File(name);
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(folder)
            .redirectInput(terminal)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(terminal))
            .redirectError(ProcessBuilder.Redirect.appendTo(terminal));
    builder.environment().putAll(variables);
    process = builder.start();
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    byte[] buffer = new byte[8192];
    for (long n = C.LIB.read(master, buffer, buffer.length);
        n > 0;
        n = C.LIB.read(master, buffer, buffer.length)) {
      shown.append(new String(buffer, 0, (int) n, StandardCharsets.UTF_8));
    }
  }

  /** Presses these keys. */
  void type(String keys) {
    byte[] bytes = keys.getBytes(StandardCharsets.UTF_8);
    C.LIB.write(master, bytes, bytes.length);
  }

  /** All that the terminal was given so far. */
  String shown() {
    return shown.toString();
  }

  boolean alive() {
    return process.isAlive();
  }

  /** Waits for the program's end. */
  int exitCode() throws InterruptedException {
    return process.waitFor(120, TimeUnit.SECONDS) ? process.exitValue() : -1;
  }

  /** What stty says of the terminal. */
  String modes() throws IOException {
    Process stty = new ProcessBuilder("stty", "-a").redirectInput(new File(name)).start();
    return new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    C.LIB.close(master);
  }
}
