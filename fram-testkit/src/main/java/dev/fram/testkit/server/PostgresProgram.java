// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * PostgreSQL in a folder: its configuration file, its pid file, its command line.
 *
 * @param version which release
 * @param account who runs it
 * @param home the folder
 */
record PostgresProgram(
    PostgresVersion version,
    ServerAccount account,
    ServerHome home,
    Map<String, String> environment)
    implements ServerProgram {
  static final String TEMPORARY = "fram-pg-";

  @Override
  public String name() {
    return "PostgreSQL " + version.artifact().release();
  }

  boolean initialised() {
    return Files.exists(home.data().resolve("PG_VERSION")) && Files.exists(home.passwordFile());
  }

  /** Copies the template and writes the settings; the password is still the template's. */
  void initialise(ServerTemplate template, Map<String, String> settings) throws IOException {
    template.copyTo(home.data(), account);
    configure(settings);
    home.writePassword(template.password());
  }

  /** Appends to postgresql.conf, where the last line of a name counts. */
  void configure(Map<String, String> settings) throws IOException {
    StringBuilder lines = new StringBuilder("\n");
    settings.forEach((name, value) -> lines.append(line(name, value)));
    Files.writeString(
        home.data().resolve("postgresql.conf"), lines.toString(), StandardOpenOption.APPEND);
  }

  /** Connections by TCP on 127.0.0.1 only: no socket file, whose path could be too long. */
  @Override
  public void listenOn(int port) throws IOException {
    configure(
        Map.of(
            "listen_addresses", "127.0.0.1",
            "unix_socket_directories", "",
            "port", Integer.toString(port)));
  }

  @Override
  public Launch launch() throws IOException {
    Path postgres = BinaryCache.programs(version, account).resolve("bin").resolve("postgres");
    List<String> words = new ArrayList<>(account.prefix());
    words.addAll(List.of(postgres.toString(), "-D", home.data().toString()));
    return new Launch(words, environment);
  }

  /**
   * The last line of postmaster.pid says how far the postmaster is, the first who it is
   * (pidfile.h); the file of a killed one may still be there.
   */
  @Override
  public boolean ready(long pid) throws IOException {
    Path file = home.data().resolve("postmaster.pid");
    try {
      List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
      return lines.size() >= 8
          && lines.getFirst().strip().equals(Long.toString(pid))
          && lines.get(7).strip().equals("ready");
    } catch (NoSuchFileException e) {
      // Not there yet; or it was a killed one's, which a new postmaster takes away at any moment.
      return false;
    }
  }

  @Override
  public String stopSignal() {
    return StopMode.FAST.signal();
  }

  @Override
  public String endSignal() {
    return StopMode.IMMEDIATE.signal();
  }

  private static String line(String name, String value) {
    return name + " = '" + value.replace("'", "''") + "'\n";
  }
}
