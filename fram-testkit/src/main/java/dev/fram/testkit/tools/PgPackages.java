// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.tools;

import dev.fram.testkit.server.AptClient;
import dev.fram.testkit.server.FolderCopy;
import dev.fram.testkit.server.UnpackedPackages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The postgresql-client packages of this machine's mirror. One caller at a time. */
final class PgPackages {
  private static final String CLIENT = "postgresql-client-";
  private static final List<String> PROGRAMS =
      List.of("pg_dump", "pg_restore", "psql", "pg_basebackup");

  private final Path cache;

  PgPackages(Path cache) {
    this.cache = cache;
  }

  /** The folder whose {@code bin} holds the oldest client that is new enough, if there is one. */
  Optional<Path> fetchClient(int atLeast) throws IOException {
    return AptClient.ask(
        cache,
        suite -> {
          OptionalInt major = oldest(suite, atLeast);
          return major.isEmpty() ? Optional.empty() : Optional.of(unpack(suite, major.getAsInt()));
        });
  }

  private static OptionalInt oldest(AptClient suite, int atLeast) throws IOException {
    return suite.names("^" + CLIENT + "[0-9]+$").stream()
        .mapToInt(name -> Integer.parseInt(name.substring(CLIENT.length())))
        .filter(major -> major >= atLeast)
        .min();
  }

  private Path unpack(AptClient suite, int major) throws IOException {
    Path home = cache.resolve(Integer.toString(major));
    Path unpacked = suite.unpackWithLibraries(CLIENT + major);
    writeLaunchers(unpacked, home, major);
    if (Files.exists(home)) {
      FolderCopy.delete(home);
    }
    return Files.move(unpacked, home, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Each program starts through the unpacked dynamic loader, with the unpacked libraries only. */
  private static void writeLaunchers(Path unpacked, Path home, int major) throws IOException {
    String launcher = String.join("' '", new UnpackedPackages(unpacked).launcherIn(home));
    Path bin = Files.createDirectories(unpacked.resolve("bin"));
    for (String program : PROGRAMS) {
      Path real = home.resolve("usr/lib/postgresql/" + major + "/bin/" + program);
      Path script =
          Files.writeString(
              bin.resolve(program), "#!/bin/sh\nexec '%s' '%s' \"$@\"\n".formatted(launcher, real));
      Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }
}
