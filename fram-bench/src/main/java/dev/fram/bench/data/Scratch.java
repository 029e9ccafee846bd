// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.data;

import dev.fram.testkit.server.FolderCopy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A folder of this process for what tools write, and for their passwords. */
final class Scratch implements AutoCloseable {
  private final Path folder;

  Scratch() throws IOException {
    folder = Files.createTempDirectory("fram-bench-");
  }

  Path fresh() throws IOException {
    Path run = folder.resolve("run");
    FolderCopy.delete(run);
    return Files.createDirectory(run);
  }

  /** A file that nobody else may read: never on a command line, which everybody sees. */
  Path secret(String name, String text) throws IOException {
    Path file =
        Files.createFile(
            folder.resolve(name),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, text);
  }

  @Override
  public void close() {
    try {
      FolderCopy.delete(folder);
    } catch (IOException left) {
      throw new UncheckedIOException(left);
    }
  }
}
