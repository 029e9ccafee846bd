// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Takes packages from the machine's own mirror into a folder, with every library they need down to
 * libc, so that a newer release's programs run on an older system. apt works in a private state
 * folder: nothing on the machine is installed or changed, no privilege is needed. One caller at a
 * time. It does not know what the packages are for.
 */
public final class AptClient {
  private static final Pattern LIBRARY = Pattern.compile("(lib|zlib1g).*");

  private final Map<String, String> environment;
  private final Path work;

  private AptClient(Map<String, String> environment, Path work) {
    this.environment = environment;
    this.work = work;
  }

  /** What is wanted from one suite; empty sends the search on to the next suite. */
  @FunctionalInterface
  public interface Wish<T> {
    Optional<T> from(AptClient suite) throws IOException;
  }

  /**
   * Asks the suites of this machine's mirror one after another: the machine's own release first.
   * Empty when there is no mirror, or none has it. What the client unpacks lies in {@code cache}
   * and is removed unless the wish moves it elsewhere.
   */
  public static <T> Optional<T> ask(Path cache, Wish<T> wish) throws IOException {
    Optional<AptMirror> mirror = AptMirror.ofThisMachine();
    if (mirror.isEmpty()) {
      return Optional.empty();
    }
    for (String suite : mirror.get().suites()) {
      Path work = Files.createTempDirectory(cache, ".apt-");
      try {
        Map<String, String> environment = privateState(work, mirror.get().line(suite));
        Optional<T> found = wish.from(new AptClient(environment, work));
        if (found.isPresent()) {
          return found;
        }
      } finally {
        FolderCopy.delete(work);
      }
    }
    return Optional.empty();
  }

  /** The names of the suite's packages that a regular expression (apt-cache(8)) finds. */
  public List<String> names(String expression) throws IOException {
    return run(Path.of("/"), Stream.of("apt-cache", "search", "--names-only", expression))
        .lines()
        .map(line -> line.split(" ", 2)[0])
        .toList();
  }

  /** A new folder with the contents of the packages, and nothing else. */
  public Path unpack(List<String> packages) throws IOException {
    Path debs = Files.createTempDirectory(work, "debs-");
    run(debs, Stream.concat(Stream.of("apt-get", "-qq", "download"), packages.stream()));
    Path root = Files.createTempDirectory(work, "root-");
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (Stream<Path> files = Files.list(debs)) {
      for (Path deb : files.toList()) {
        run(work, Stream.of("dpkg-deb", "-x", deb.toString(), root.toString()));
      }
    }
    return root;
  }

  /** The same for one package and the libraries it needs. */
  public Path unpackWithLibraries(String name) throws IOException {
    return unpack(Stream.concat(Stream.of(name), libraries(name).stream()).toList());
  }

  /** A program needs libraries only: perl and the like belong to the package's scripts. */
  public List<String> libraries(String name) throws IOException {
    String tree =
        run(
            Path.of("/"),
            Stream.of(
                "apt-cache",
                "depends",
                "--recurse",
                "--no-recommends",
                "--no-suggests",
                "--no-conflicts",
                "--no-breaks",
                "--no-replaces",
                "--no-enhances",
                name));
    return tree.lines()
        .filter(line -> LIBRARY.matcher(line).matches() && !line.startsWith("libperl"))
        .toList();
  }

  private static Map<String, String> privateState(Path work, String source) throws IOException {
    Files.createDirectories(work.resolve("state/lists/partial"));
    Files.createDirectories(work.resolve("cache/archives/partial"));
    // What is installed on this machine is no part of the suite, and could not be fetched from it.
    Files.createFile(work.resolve("status"));
    Path list = Files.writeString(work.resolve("sources.list"), source);
    Path configuration =
        Files.writeString(
            work.resolve("apt.conf"),
            """
            Dir::State "%1$s/state";
            Dir::State::status "%1$s/status";
            Dir::Cache "%1$s/cache";
            Dir::Etc::SourceList "%2$s";
            Dir::Etc::SourceParts "/nonexistent";
            APT::Sandbox::User "";
            Acquire::Languages "none";
            Acquire::Retries "2";
            """
                .formatted(work, list));
    Map<String, String> environment = Map.of("APT_CONFIG", configuration.toString());
    new AptClient(environment, work).run(work, Stream.of("apt-get", "-qq", "update"));
    return environment;
  }

  private String run(Path folder, Stream<String> words) throws IOException {
    Command command = new Command(words.toList(), environment);
    Command.Result result = command.runIn(folder);
    if (result.exit() != 0) {
      String program = String.join(" ", command.words().subList(0, 2));
      throw new IOException(program + " ended with " + result.exit() + ": " + result.output());
    }
    return result.output();
  }
}
