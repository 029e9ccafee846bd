// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A proxy that runs, with a folder of its own for its files. It can be killed and started again;
 * when Java dies a watcher ends it. Owned by one test.
 */
public final class ProxyServer implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(20);

  /** $0 is the proxy's pid, $1 what its command line must hold. Ends it when Java is gone. */
  private static final String WATCH =
      """
      read -r word && exit 0
      tr '\\0' ' ' </proc/$0/cmdline | grep -qF "$1" && kill -KILL $0
      """;

  private final ProxyProgram program;
  private final ServerAccount account;
  private final Path folder;
  private final int port;
  private List<String> arguments = List.of();
  private @Nullable Process process;
  private @Nullable Process watcher;

  private ProxyServer(ProxyProgram program, ServerAccount account, Path folder, int port) {
    this.program = program;
    this.account = account;
    this.folder = folder;
    this.port = port;
  }

  /** A folder and a port for one; nothing runs yet. */
  public static ProxyServer of(ProxyProgram program) {
    try {
      return of(program, ServerAccount.choose());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ProxyServer of(ProxyProgram program, ServerAccount account) {
    try {
      Path folder = Files.createTempDirectory("fram-proxy-");
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
      ProxyServer server = new ProxyServer(program, account, folder, freePort());
      server.give(folder);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  /** A file in its folder; one that is written is the proxy's own to read. */
  public Path file(String name) {
    return folder.resolve(name);
  }

  public Path write(String name, String text) throws IOException {
    Path file = Files.writeString(file(name), text);
    give(file);
    return file;
  }

  /** Starts it, and waits until its port takes connections. */
  public ProxyServer start(String... words) throws IOException {
    arguments = List.of(words);
    return start();
  }

  /** Starts it again as before. */
  public ProxyServer start() throws IOException {
    List<String> words = new ArrayList<>(List.of("/usr/bin/setsid"));
    words.addAll(program.words(account));
    words.addAll(arguments);
    Process started =
        new ProcessBuilder(words)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(file("log").toFile()))
            .start();
    started.getOutputStream().close();
    process = started;
    watcher =
        new ProcessBuilder(
                "/usr/bin/setsid",
                "sh",
                "-c",
                WATCH,
                Long.toString(started.pid()),
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    long deadline = System.nanoTime() + START.toNanos();
    while (!answers()) {
      if (!started.isAlive() || System.nanoTime() > deadline) {
        String log = Files.readString(file("log"));
        close();
        throw new ServerException(program.word() + " did not start: " + log);
      }
      LockSupport.parkNanos(20_000_000);
    }
    return this;
  }

  /** SIGKILL, to it and what it has started. */
  public void kill() throws IOException {
    Process running = process;
    process = null;
    if (running != null) {
      running.descendants().forEach(ProcessHandle::destroyForcibly);
      running.destroyForcibly();
      try {
        running.waitFor(10, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    Process looks = watcher;
    watcher = null;
    if (looks != null) {
      try (var in = looks.getOutputStream()) {
        in.write("done\n".getBytes(StandardCharsets.US_ASCII));
      } catch (IOException gone) {
        looks.destroy();
      }
    }
  }

  /** SIGKILL to what it has started: a program with a process for each connection loses them. */
  public void cut() {
    Process running = process;
    if (running != null) {
      running.descendants().forEach(ProcessHandle::destroyForcibly);
    }
  }

  public boolean alive() {
    Process running = process;
    return running != null && running.isAlive();
  }

  /** The name of the account that it runs as. */
  String login() throws IOException {
    List<String> words = new ArrayList<>(account.prefix());
    words.addAll(List.of("id", "-un"));
    return Command.of(words).run().output().strip();
  }

  /** Another program of its packages. */
  List<String> beside(String path) {
    return program.words(account, path);
  }

  public String log() throws IOException {
    return Files.readString(file("log"));
  }

  @Override
  public void close() {
    try {
      kill();
      FolderCopy.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void give(Path path) throws IOException {
    if (account.owner().isPresent()) {
      Files.setAttribute(path, "unix:uid", account.owner().get().uid(), LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(path, "unix:gid", account.owner().get().gid(), LinkOption.NOFOLLOW_LINKS);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
