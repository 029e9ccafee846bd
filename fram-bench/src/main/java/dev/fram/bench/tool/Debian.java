// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.tool;

import dev.fram.testkit.server.AptClient;
import dev.fram.testkit.server.CacheFolder;
import dev.fram.testkit.server.FolderCopy;
import dev.fram.testkit.server.UnpackedPackages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Other people's tools, from the newest suite of this machine's own Debian mirror, unpacked into
 * the user's cache with their libraries: nothing is installed, no privilege is needed.
 */
public enum Debian {
  PGCOPYDB("pgcopydb", "pgcopydb"),
  MYDUMPER("mydumper", "mydumper", "myloader"),
  MYSQL_CLIENT("mysql-client-core", "mysql", "mysqldump");

  private static final Logger LOG = LoggerFactory.getLogger(Debian.class);

  private final String name;
  private final List<String> programs;

  Debian(String name, String... programs) {
    this.name = name;
    this.programs = List.of(programs);
  }

  /** The folder with its programs, absolute; empty when the mirror does not have it. */
  public Optional<Path> bin() throws IOException {
    Path cache = Files.createDirectories(CacheFolder.personal().resolve("bench-tools"));
    Path home = cache.resolve(name);
    return CacheFolder.locked(
        cache,
        name,
        () ->
            Files.isDirectory(home) || fetch(cache, home)
                ? Optional.of(home.resolve("bin"))
                : Optional.empty());
  }

  private boolean fetch(Path cache, Path home) throws IOException {
    LOG.info("fetching {} from this machine's own package mirror", name);
    return AptClient.ask(
            cache,
            suite -> {
              // A stable suite's release of it is years old: too old for these servers.
              if (!suite.names("^mysql-client-core$").contains("mysql-client-core")
                  || !suite.names("^" + name + "$").contains(name)) {
                return Optional.empty();
              }
              Path unpacked = suite.unpackWithLibraries(name);
              writeLaunchers(unpacked, home);
              return Optional.of(Files.move(unpacked, home, StandardCopyOption.ATOMIC_MOVE));
            })
        .isPresent();
  }

  private void writeLaunchers(Path unpacked, Path home) throws IOException {
    String launcher = String.join("' '", new UnpackedPackages(unpacked).launcherIn(home));
    Path bin = unpacked.resolve("bin");
    // Where /bin is a link to /usr/bin a package may have brought one.
    FolderCopy.delete(bin);
    Files.createDirectories(bin);
    for (String program : programs) {
      String text =
          "#!/bin/sh\nexec '%s' '%s' \"$@\"\n"
              .formatted(launcher, home.resolve("usr/bin/" + program));
      Path script = Files.writeString(bin.resolve(program), text);
      Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }
}
