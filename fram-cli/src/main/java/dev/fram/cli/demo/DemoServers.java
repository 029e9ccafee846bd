// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * The two servers of a demo and a folder for what it has to write; all gone when this is closed.
 * Owned by the demo's thread.
 */
final class DemoServers implements AutoCloseable {
  private final DemoPair pair;
  private final DemoServer source;
  private final DemoServer target;
  private final Path folder;

  private DemoServers(DemoPair pair, DemoServer source, DemoServer target, Path folder) {
    this.pair = pair;
    this.source = source;
    this.target = target;
    this.folder = folder;
  }

  static DemoServers start(DemoPair pair) throws IOException {
    pair.prepare();
    DemoServer source = pair.startSource();
    try {
      DemoServer target = pair.startTarget();
      try {
        return new DemoServers(pair, source, target, Files.createTempDirectory("fram-demo-"));
      } catch (IOException | RuntimeException e) {
        target.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      source.close();
      throw e;
    }
  }

  DemoServer source() {
    return source;
  }

  DemoServer target() {
    return target;
  }

  /** Where the application's address stands, and other small files. */
  Path file(String name) {
    return folder.resolve(name);
  }

  /** Lines for whoever wants to look at the servers; the passwords go into files of the user's. */
  List<String> logins() {
    return List.of(login("source", source), login("target", target));
  }

  private String login(String role, DemoServer server) {
    DemoPair.LoginFile login = pair.loginFile(folder, server, role);
    try {
      Files.createFile(
          login.file(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(login.file(), login.text());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return role + "  " + server.uri() + "   " + login.use();
  }

  @Override
  public void close() {
    // Ctrl-C interrupts this thread; the servers still have to go.
    boolean interrupted = Thread.interrupted();
    try {
      source.close();
    } finally {
      try {
        target.close();
      } finally {
        removeFolder();
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  private void removeFolder() {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
