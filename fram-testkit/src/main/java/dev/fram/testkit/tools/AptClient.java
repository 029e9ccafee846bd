// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.tools;

import dev.fram.testkit.server.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Takes postgresql-client packages from the machine's mirror into a folder, with every library they
 * need down to libc, so that a newer release's programs run on an older system. apt works in a
 * private state folder: nothing on the machine is installed or changed, no privilege is needed. One
 * caller at a time.
 */
final class AptClient {
  private static final Pattern CLIENT =
      Pattern.compile("^postgresql-client-(\\d+) ", Pattern.MULTILINE);
  private static final Pattern LIBRARY = Pattern.compile("(lib|zlib1g).*");
  private static final List<String> PROGRAMS = List.of("pg_dump", "pg_restore", "psql");

  private final Path cache;

  AptClient(Path cache) {
    this.cache = cache;
  }

  /** The folder whose {@code bin} holds the oldest client that is new enough, if there is one. */
  Optional<Path> fetchClient(int atLeast) throws IOException {
    Optional<AptMirror> mirror = AptMirror.ofThisMachine();
    if (mirror.isEmpty()) {
      return Optional.empty();
    }
    for (String suite : mirror.get().suites()) {
      Path work = Files.createTempDirectory(cache, ".apt-");
      try {
        Map<String, String> apt = privateState(work, mirror.get().line(suite));
        OptionalInt major = oldestClient(apt, atLeast);
        if (major.isPresent()) {
          return Optional.of(unpackClient(apt, work, major.getAsInt()));
        }
      } finally {
        delete(work);
      }
    }
    return Optional.empty();
  }

  private static Map<String, String> privateState(Path work, String source) throws IOException {
    Files.createDirectories(work.resolve("state/lists/partial"));
    Files.createDirectories(work.resolve("cache/archives/partial"));
    Path list = Files.writeString(work.resolve("sources.list"), source);
    Path configuration =
        Files.writeString(
            work.resolve("apt.conf"),
            """
            Dir::State "%1$s/state";
            Dir::State::status "/var/lib/dpkg/status";
            Dir::Cache "%1$s/cache";
            Dir::Etc::SourceList "%2$s";
            Dir::Etc::SourceParts "/nonexistent";
            APT::Sandbox::User "";
            Acquire::Languages "none";
            Acquire::Retries "2";
            """
                .formatted(work, list));
    Map<String, String> environment = Map.of("APT_CONFIG", configuration.toString());
    run(environment, work, "apt-get", "-qq", "update");
    return environment;
  }

  private static OptionalInt oldestClient(Map<String, String> apt, int atLeast) throws IOException {
    String found =
        run(apt, Path.of("/"), "apt-cache", "search", "--names-only", "^postgresql-client-[0-9]+$");
    Matcher names = CLIENT.matcher(found);
    return names
        .results()
        .mapToInt(result -> Integer.parseInt(result.group(1)))
        .filter(major -> major >= atLeast)
        .min();
  }

  private Path unpackClient(Map<String, String> apt, Path work, int major) throws IOException {
    String client = "postgresql-client-" + major;
    Path debs = Files.createDirectory(work.resolve("debs"));
    run(
        apt,
        debs,
        Stream.concat(Stream.of("apt-get", "-qq", "download", client), libraries(apt, client)));
    Path root = Files.createDirectory(work.resolve("root"));
    try (Stream<Path> packages = Files.list(debs)) {
      for (Path deb : packages.toList()) {
        run(Map.of(), work, "dpkg-deb", "-x", deb.toString(), root.toString());
      }
    }
    Path home = cache.resolve(Integer.toString(major));
    writeLaunchers(root, home, major);
    if (Files.exists(home)) {
      delete(home);
    }
    return Files.move(root, home, StandardCopyOption.ATOMIC_MOVE);
  }

  /** The program needs libraries only: perl and the like belong to the package's scripts. */
  private static Stream<String> libraries(Map<String, String> apt, String client)
      throws IOException {
    String tree =
        run(
            apt,
            Path.of("/"),
            "apt-cache",
            "depends",
            "--recurse",
            "--no-recommends",
            "--no-suggests",
            "--no-conflicts",
            "--no-breaks",
            "--no-replaces",
            "--no-enhances",
            client);
    return tree.lines()
        .filter(name -> LIBRARY.matcher(name).matches() && !name.startsWith("libperl"));
  }

  /** Each program starts through the unpacked dynamic loader, with the unpacked libraries only. */
  private static void writeLaunchers(Path root, Path home, int major) throws IOException {
    Path loader = inside(root, home, find(root, path -> named(path, "ld-linux-"), "ld-linux"));
    String libraries;
    try (Stream<Path> all = Files.walk(root)) {
      libraries =
          all.filter(path -> Files.isDirectory(path) && path.toString().endsWith("-linux-gnu"))
              .map(path -> inside(root, home, path).toString())
              .collect(Collectors.joining(":"));
    }
    Path bin = Files.createDirectories(root.resolve("bin"));
    for (String program : PROGRAMS) {
      Path real = home.resolve("usr/lib/postgresql/" + major + "/bin/" + program);
      Path launcher =
          Files.writeString(
              bin.resolve(program),
              "#!/bin/sh\nexec '%s' --library-path '%s' '%s' \"$@\"\n"
                  .formatted(loader, libraries, real));
      Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  private static Path find(Path root, Predicate<Path> wanted, String what) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(path -> wanted.test(path) && Files.isRegularFile(path))
          .findFirst()
          .orElseThrow(() -> new IOException("the packages hold no " + what));
    }
  }

  private static boolean named(Path path, String prefix) {
    return path.getFileName().toString().startsWith(prefix);
  }

  private static Path inside(Path root, Path home, Path path) {
    return home.resolve(root.relativize(path));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static String run(Map<String, String> environment, Path folder, String... words)
      throws IOException {
    return run(environment, folder, Stream.of(words));
  }

  private static String run(Map<String, String> environment, Path folder, Stream<String> words)
      throws IOException {
    Command command = new Command(words.toList(), environment);
    Command.Result result = command.runIn(folder);
    if (result.exit() != 0) {
      String program = String.join(" ", command.words().subList(0, 2));
      throw new IOException(program + " ended with " + result.exit() + ": " + result.output());
    }
    return result.output();
  }
}
