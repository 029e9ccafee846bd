// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The system libraries that a server links to and a bare machine lacks. They are taken from the
 * machine's own package mirror into the user's cache: nothing is installed. Any thread, any
 * process.
 */
final class SystemLibraries {
  private static final Logger LOG = LoggerFactory.getLogger(SystemLibraries.class);
  private static final Pattern NOT_FOUND = Pattern.compile("(\\S+) => not found");

  /** Which packages may hold a library, the newer name first (Debian's 64-bit time transition). */
  private static final Map<String, List<String>> PACKAGES =
      Map.of(
          "libaio.so.1", List.of("libaio1t64", "libaio1"),
          "libnuma.so.1", List.of("libnuma1"),
          "libstdc++.so.6", List.of("libstdc++6"),
          "libgcc_s.so.1", List.of("libgcc-s1"),
          "libcrypt.so.1", List.of("libcrypt1"),
          "libsystemd.so.0", List.of("libsystemd0"));

  private SystemLibraries() {}

  /** What a program's environment needs so that it finds every library. */
  static Map<String, String> environment(Path program) throws IOException {
    if (missing(program, Map.of()).isEmpty()) {
      return Map.of();
    }
    Path cache = CacheFolder.personal();
    Path folder = cache.resolve("system-libraries");
    Map<String, String> environment = Map.of("LD_LIBRARY_PATH", folder.toString());
    return CacheFolder.locked(
        cache,
        "system-libraries",
        () -> {
          SortedSet<String> lacking = missing(program, environment);
          if (!lacking.isEmpty()) {
            fetch(lacking, cache, Files.createDirectories(folder));
            lacking = missing(program, environment);
          }
          if (!lacking.isEmpty()) {
            throw absent(program, lacking);
          }
          return environment;
        });
  }

  private static SortedSet<String> missing(Path program, Map<String, String> environment)
      throws IOException {
    Command.Result result = new Command(List.of("ldd", program.toString()), environment).run();
    Matcher lines = NOT_FOUND.matcher(result.output());
    SortedSet<String> names = new TreeSet<>();
    lines.results().map(MatchResult::group).forEach(line -> names.add(line.split(" ", 2)[0]));
    return names;
  }

  private static void fetch(SortedSet<String> libraries, Path cache, Path into) throws IOException {
    LOG.info("fetching {} from this machine's own package mirror", libraries);
    AptClient.ask(
        cache,
        suite -> {
          List<String> packages = new ArrayList<>();
          for (String library : libraries) {
            packageWith(suite, library).ifPresent(packages::add);
          }
          if (packages.size() < libraries.size()) {
            return Optional.empty();
          }
          copyLibraries(suite.unpack(packages), libraries, into);
          return Optional.of(into);
        });
  }

  private static Optional<String> packageWith(AptClient suite, String library) throws IOException {
    for (String name : PACKAGES.getOrDefault(library, List.of())) {
      if (suite.names("^" + name.replace("+", "[+]") + "$").contains(name)) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  /** A library's new name for 64-bit time is the same library on a 64-bit machine. */
  private static void copyLibraries(Path root, SortedSet<String> libraries, Path into)
      throws IOException {
    for (String library : libraries) {
      try (Stream<Path> all = Files.walk(root)) {
        Optional<Path> file =
            all.filter(path -> path.getFileName().toString().startsWith(library)).findFirst();
        if (file.isPresent()) {
          Path to = into.resolve(library);
          Files.deleteIfExists(to);
          Files.copy(file.get().toRealPath(), to);
        }
      }
    }
  }

  private static ServerException absent(Path program, SortedSet<String> libraries) {
    List<String> packages =
        libraries.stream()
            .map(library -> PACKAGES.getOrDefault(library, List.of(library)).getLast())
            .toList();
    return new ServerException(
        program
            + " needs "
            + String.join(", ", libraries)
            + ", which this machine has not and its package mirror did not give. Install the"
            + " packages "
            + String.join(", ", packages)
            + ".");
  }
}
