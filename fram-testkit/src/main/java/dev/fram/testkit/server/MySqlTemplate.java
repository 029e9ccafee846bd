// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A data folder initialised once for each version and copied for each fresh server. Its root has no
 * password until a fresh server's first start gives it one, before that takes connections.
 *
 * @param data the initialised folder; no server ever runs in it
 */
record MySqlTemplate(Path data) {
  /** The server's own identity: a copy without it makes one of its own. */
  private static final String IDENTITY = "auto.cnf";

  /** Of another size it would be made anew at each server's first start. */
  static final String REDO_CAPACITY = "32M";

  static MySqlTemplate of(MySqlVersion version) throws IOException {
    String name = "template-" + version.name().toLowerCase(Locale.ROOT);
    Path folder =
        BinaryCache.once(
            CacheFolder.personal(), name, unfinished -> initialise(version, unfinished));
    return new MySqlTemplate(folder.resolve("data"));
  }

  void copyTo(Path target) throws IOException {
    FolderCopy.copy(data, target);
  }

  private static void initialise(MySqlVersion version, Path folder) throws IOException {
    MySqlPrograms programs = MySqlBinaries.programs(version);
    Path data = folder.resolve("data");
    List<String> words = version.mariaDb() ? mariaDb(programs) : mysql(programs);
    words.addAll(MySqlProgram.userOption());
    words.add("--datadir=" + data);
    Command.Result result = new Command(words, programs.environment()).run();
    if (result.exit() != 0) {
      throw new ServerException(
          "initialising a data folder for "
              + version.product()
              + " ended with "
              + result.exit()
              + ":\n"
              + result.output());
    }
    Files.deleteIfExists(data.resolve(IDENTITY));
  }

  private static List<String> mysql(MySqlPrograms programs) {
    return new ArrayList<>(
        Stream.of(
                programs.server(),
                List.of("--no-defaults", "--initialize-insecure", "--secure-file-priv="),
                programs.options(),
                List.of("--disable-log-bin", "--innodb-redo-log-capacity=" + REDO_CAPACITY))
            .flatMap(List::stream)
            .toList());
  }

  /** Its program for this is a shell script, which some images of containers have no bash for. */
  private static List<String> mariaDb(MySqlPrograms programs) {
    return new ArrayList<>(
        List.of(
            "sh",
            programs.base().resolve("scripts/mariadb-install-db").toString(),
            "--no-defaults",
            "--basedir=" + programs.base(),
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-log-bin",
            "--innodb-log-file-size=32M"));
  }
}
