// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.demo;

import dev.fram.testkit.server.Durability;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The two servers of a demo and a folder for what it has to write; all gone when this is closed.
 * Owned by the demo's thread.
 */
final class DemoServers implements AutoCloseable {
  static final String DATABASE = "shop";

  private final PostgresServer source;
  private final PostgresServer target;
  private final Path folder;

  private DemoServers(PostgresServer source, PostgresServer target, Path folder) {
    this.source = source;
    this.target = target;
    this.folder = folder;
  }

  static DemoServers start(PostgresVersion sourceVersion, PostgresVersion targetVersion)
      throws SQLException, IOException {
    PostgresServer source = start(sourceVersion);
    try {
      PostgresServer target = start(targetVersion);
      try {
        source.createDatabase(DATABASE);
        target.createDatabase(DATABASE);
        return new DemoServers(source, target, Files.createTempDirectory("fram-demo-"));
      } catch (SQLException | IOException | RuntimeException e) {
        target.close();
        throw e;
      }
    } catch (SQLException | IOException | RuntimeException e) {
      source.close();
      throw e;
    }
  }

  private static PostgresServer start(PostgresVersion version) {
    return PostgresServer.plan(version).durability(Durability.DURABLE).start();
  }

  PostgresServer source() {
    return source;
  }

  PostgresServer target() {
    return target;
  }

  /** Where the application's address stands, and other small files. */
  Path file(String name) {
    return folder.resolve(name);
  }

  /** A password file for whoever wants to look at the servers. */
  Path writePasswordFile() {
    String format = "%s:%d:*:%s:%s%n";
    String lines =
        String.format(
                Locale.ROOT, format, source.host(), source.port(), source.user(), source.password())
            + String.format(
                Locale.ROOT,
                format,
                target.host(),
                target.port(),
                target.user(),
                target.password());
    try {
      Path file = file("pgpass");
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      return Files.writeString(file, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
