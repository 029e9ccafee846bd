// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/**
 * The folder of one server: {@code data}, {@code server.log} and {@code password}.
 *
 * @param folder the folder itself, absolute
 * @param keep what becomes of it when the server is closed
 */
record ServerHome(Path folder, Keep keep) {
  private static final int TAIL_LINES = 30;

  /** What becomes of the folder at the end. */
  enum Keep {
    KEEP,
    REMOVE
  }

  /** A folder of its own, removed at the end; in memory where nothing has to outlive a crash. */
  static ServerHome temporary(String prefix, Durability durability) throws IOException {
    Optional<Path> memory =
        durability == Durability.RELAXED ? MemoryDisk.roomy() : Optional.empty();
    Path folder =
        memory.isPresent()
            ? Files.createTempDirectory(memory.get(), prefix)
            : Files.createTempDirectory(prefix);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    return new ServerHome(folder, Keep.REMOVE);
  }

  /** A folder that somebody gave, made when it does not exist, kept at the end. */
  static ServerHome given(Path folder) throws IOException {
    return new ServerHome(Files.createDirectories(folder).toRealPath(), Keep.KEEP);
  }

  Path data() {
    return folder.resolve("data");
  }

  Path log() {
    return folder.resolve("server.log");
  }

  String password() throws IOException {
    return Files.readString(passwordFile()).strip();
  }

  void writePassword(String password) throws IOException {
    Path file = passwordFile();
    if (!Files.exists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Files.writeString(file, password);
  }

  /** The end of the server's log, for an error message. */
  String logTail() throws IOException {
    if (!Files.exists(log())) {
      return "(no log)";
    }
    List<String> lines = Files.readAllLines(log(), StandardCharsets.ISO_8859_1);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
  }

  Path passwordFile() {
    return folder.resolve("password");
  }
}
