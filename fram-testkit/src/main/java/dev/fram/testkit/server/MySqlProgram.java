// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * MySQL or MariaDB in a folder: its option file, its pid file, its command line.
 *
 * @param version which release
 * @param home the folder
 * @param more variables for its environment
 */
record MySqlProgram(MySqlVersion version, ServerHome home, Map<String, String> more)
    implements ServerProgram {
  static final String TEMPORARY = "fram-my-";

  /** Relative to the data folder: an absolute path may be longer than a socket's may be. */
  private static final String SOCKET = "mysql.sock";

  private static final String MYSQL_LEAVES_ROOT = "DROP USER 'root'@'localhost';\n";

  /** One root for each name of the machine, and an account without a name. */
  private static final String MARIADB_LEAVES_ROOT =
      """
      DELETE FROM mysql.global_priv WHERE User IN ('root', '') AND Host <> '%';
      DELETE FROM mysql.proxies_priv WHERE Host <> '%';
      FLUSH PRIVILEGES;
      """;

  /** The server runs as this process's user; as root it wants to be told so. */
  static List<String> userOption() throws IOException {
    return ServerAccount.ownUid() == 0 ? List.of("--user=root") : List.of();
  }

  @Override
  public String name() {
    return version.product();
  }

  boolean initialised() {
    return Files.exists(home.data()) && Files.exists(home.passwordFile());
  }

  /** Copies the template and writes the settings; root gets its password at the first start. */
  void initialise(MySqlTemplate template, Map<String, String> settings) throws IOException {
    template.copyTo(home.data());
    configure(settings);
    String password = ServerTemplate.newPassword();
    home.writePassword(password);
    writeSecretly(firstStart(), login(password));
  }

  /** Appends to the option file, where the last line of a name counts. */
  void configure(Map<String, String> settings) throws IOException {
    StringBuilder lines = new StringBuilder("[mysqld]\n");
    settings.forEach((name, value) -> lines.append(name + "=" + value + "\n"));
    Files.writeString(
        optionFile(), lines.toString(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Override
  public void listenOn(int port) throws IOException {
    configure(Map.of("port", Integer.toString(port)));
  }

  @Override
  public Launch launch() throws IOException {
    MySqlPrograms programs = MySqlBinaries.programs(version);
    for (String left : List.of(SOCKET, SOCKET + ".lock")) {
      Files.deleteIfExists(home.data().resolve(left));
    }
    Files.deleteIfExists(pidFile());
    List<String> words = new ArrayList<>(programs.server());
    words.add("--defaults-file=" + optionFile());
    words.addAll(programs.options());
    words.addAll(userOption());
    // Of its own: a MariaDB that starts removes what looks like another's in a shared one.
    Path temporary = Files.createDirectories(home.folder().resolve("tmp"));
    words.addAll(
        List.of(
            "--datadir=" + home.data(),
            "--tmpdir=" + temporary,
            "--pid-file=" + pidFile(),
            "--bind-address=127.0.0.1",
            "--socket=" + SOCKET));
    if (Files.exists(firstStart())) {
      words.add("--init-file=" + firstStart());
    }
    Map<String, String> environment = new TreeMap<>(programs.environment());
    environment.putAll(more);
    return new Launch(words, environment);
  }

  /** The pid file is written when the port is open; a login then waits until it is answered. */
  @Override
  public boolean ready(long pid) throws IOException {
    try {
      String written = Files.readString(pidFile(), StandardCharsets.US_ASCII);
      return written.strip().equals(Long.toString(pid));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public String stopSignal() {
    return "TERM";
  }

  @Override
  public String endSignal() {
    return "KILL";
  }

  /** After the first login: what set the password is not needed again. */
  void forgetFirstStart() throws IOException {
    Files.deleteIfExists(firstStart());
  }

  /**
   * Run by the server itself before it takes connections (manual, init_file), one statement a line.
   * Not in the binary log: a fresh source has an empty history.
   */
  private String login(String password) {
    String own =
        """
        SET sql_log_bin=0;
        CREATE USER 'root'@'%' IDENTIFIED BY 'PASSWORD';
        GRANT ALL PRIVILEGES ON *.* TO 'root'@'%' WITH GRANT OPTION;
        """
            .replace("PASSWORD", password);
    return own + (version.mariaDb() ? MARIADB_LEAVES_ROOT : MYSQL_LEAVES_ROOT);
  }

  private static void writeSecretly(Path file, String text) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text);
  }

  private Path optionFile() {
    return home.folder().resolve("my.cnf");
  }

  private Path pidFile() {
    return home.folder().resolve("server.pid");
  }

  private Path firstStart() {
    return home.folder().resolve("first-start.sql");
  }
}
