// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

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

  Path data() {
    return folder.resolve("data");
  }

  Path log() {
    return folder.resolve("server.log");
  }

  boolean initialised() {
    return Files.exists(data().resolve("PG_VERSION")) && Files.exists(passwordFile());
  }

  /** Copies the template and writes the settings; the password is still the template's. */
  void initialise(ServerTemplate template, ServerAccount account, Map<String, String> settings)
      throws IOException {
    template.copyTo(data(), account);
    configure(settings);
    writePassword(template.password());
  }

  /** Appends to postgresql.conf, where the last line of a name counts. */
  void configure(Map<String, String> settings) throws IOException {
    StringBuilder lines = new StringBuilder("\n");
    settings.forEach((name, value) -> lines.append(line(name, value)));
    Files.writeString(
        data().resolve("postgresql.conf"), lines.toString(), StandardOpenOption.APPEND);
  }

  /** Connections by TCP on 127.0.0.1 only: no socket file, whose path could be too long. */
  void listenOn(int port) throws IOException {
    configure(
        Map.of(
            "listen_addresses", "127.0.0.1",
            "unix_socket_directories", "",
            "port", Integer.toString(port)));
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

  /**
   * The last line of postmaster.pid says how far the postmaster is, the first who it is
   * (pidfile.h); the file of a killed one may still be there.
   */
  boolean ready(long pid) throws IOException {
    Path file = data().resolve("postmaster.pid");
    if (!Files.exists(file)) {
      return false;
    }
    List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    return lines.size() >= 8
        && lines.getFirst().strip().equals(Long.toString(pid))
        && lines.get(7).strip().equals("ready");
  }

  /** The end of the server's log, for an error message. */
  String logTail() throws IOException {
    if (!Files.exists(log())) {
      return "(no log)";
    }
    List<String> lines = Files.readAllLines(log(), StandardCharsets.ISO_8859_1);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
  }

  private Path passwordFile() {
    return folder.resolve("password");
  }

  private static String line(String name, String value) {
    return name + " = '" + value.replace("'", "''") + "'\n";
  }
}
