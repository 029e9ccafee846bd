// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.tools;

import dev.fram.testkit.server.CacheFolder;
import dev.fram.testkit.server.Command;
import dev.fram.testkit.server.ServerException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pg_dump and the pg_restore of the same release. pg_dump refuses a server newer than itself, and
 * a newer one writes settings that an older target does not know: so the oldest that will do.
 *
 * @param binFolder the folder that holds both, absolute; what {@code FRAM_PG_BIN} wants
 * @param major the major version of both
 */
public record PgTools(Path binFolder, int major) {
  private static final Logger LOG = LoggerFactory.getLogger(PgTools.class);
  private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) (\\d+)");

  public Path pgDump() {
    return binFolder.resolve("pg_dump");
  }

  public Path pgRestore() {
    return binFolder.resolve("pg_restore");
  }

  /**
   * The tools for a server of this major version: from {@code FRAM_PG_BIN}, {@code
   * /usr/lib/postgresql}, the cache or the PATH; else from the machine's own Debian or Ubuntu
   * mirror, unpacked into the cache.
   *
   * @throws ServerException when they cannot be had; the message says how to get them
   */
  public static PgTools atLeast(int major) {
    try {
      Optional<PgTools> here = installed(major);
      return here.isPresent() ? here.get() : fetched(major);
    } catch (IOException problem) {
      throw missing(major, problem.toString(), problem);
    }
  }

  private static Optional<PgTools> installed(int major) throws IOException {
    List<PgTools> found = new ArrayList<>();
    for (Path folder : folders()) {
      inFolder(folder).filter(tools -> tools.major() >= major).ifPresent(found::add);
    }
    return found.stream().min(Comparator.comparingInt(PgTools::major));
  }

  private static List<Path> folders() throws IOException {
    List<Path> folders = new ArrayList<>();
    Optional.ofNullable(System.getenv("FRAM_PG_BIN")).map(Path::of).ifPresent(folders::add);
    folders.addAll(binFoldersIn(Path.of("/usr/lib/postgresql")));
    folders.addAll(binFoldersIn(cache()));
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    for (String entry : path.split(File.pathSeparator, -1)) {
      if (!entry.isEmpty()) {
        folders.add(Path.of(entry));
      }
    }
    return folders;
  }

  private static List<Path> binFoldersIn(Path parent) throws IOException {
    if (!Files.isDirectory(parent)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(parent)) {
      return children.map(child -> child.resolve("bin")).sorted().toList();
    }
  }

  private static Optional<PgTools> inFolder(Path folder) throws IOException {
    PgTools tools = new PgTools(folder.toAbsolutePath(), 0);
    if (!Files.isExecutable(tools.pgDump()) || !Files.isExecutable(tools.pgRestore())) {
      return Optional.empty();
    }
    Command.Result answer = Command.of(List.of(), tools.pgDump().toString(), "--version").run();
    Matcher version = VERSION.matcher(answer.output());
    return answer.exit() == 0 && version.find()
        ? Optional.of(new PgTools(tools.binFolder(), Integer.parseInt(version.group(1))))
        : Optional.empty();
  }

  private static PgTools fetched(int major) throws IOException {
    Path cache = cache();
    return CacheFolder.locked(
        cache,
        "pg-tools",
        () -> {
          Optional<PgTools> meanwhile = installed(major);
          if (meanwhile.isPresent()) {
            return meanwhile.get();
          }
          LOG.info("fetching pg_dump {} or newer from the machine's own package mirror", major);
          Path folder =
              new PgPackages(cache)
                  .fetchClient(major)
                  .orElseThrow(() -> missing(major, "its package mirror has none", null));
          return inFolder(folder.resolve("bin"))
              .orElseThrow(() -> missing(major, "the one fetched to " + folder + " fails", null));
        });
  }

  private static Path cache() throws IOException {
    return Files.createDirectories(CacheFolder.personal().resolve("pg-tools"));
  }

  private static ServerException missing(int major, String why, @Nullable Throwable cause) {
    String message =
        "pg_dump "
            + major
            + " or newer is not on this machine and could not be fetched ("
            + why
            + "). Install the package postgresql-client-"
            + major
            + ", or set FRAM_PG_BIN to the folder that holds pg_dump and pg_restore.";
    return cause == null ? new ServerException(message) : new ServerException(message, cause);
  }
}
