// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A pg_dump and the pg_restore beside it. Looked for in this order: system property {@code
 * fram.pg.bin}, environment {@code FRAM_PG_BIN} (each a folder or a path list), the PATH, and the
 * folders where packages put them.
 *
 * @param pgDump the program
 * @param pgRestore the program beside it
 * @param major the major version of both
 * @param version what {@code pg_dump --version} printed
 */
public record ClientTools(Path pgDump, Path pgRestore, int major, String version) {
  /** What was asked already: on Debian the program on the PATH is a script that takes its time. */
  private static final Map<Program, Optional<ClientTools>> KNOWN = new ConcurrentHashMap<>();

  private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) (\\d+)\\S*");

  private record Program(Path dump, FileTime changed) {}

  /**
   * The best tools for a pair of servers: pg_dump refuses servers newer than itself, and what it
   * writes may be too new for a server older than itself. So: the target's own version, else the
   * newest between source and target, else the oldest after it.
   *
   * @throws FramException TOOL_MISSING
   */
  public static ClientTools find(int sourceMajor, int targetMajor) {
    return best(installed(), sourceMajor, targetMajor)
        .orElseThrow(() -> missing(sourceMajor, installed()));
  }

  static Optional<ClientTools> best(List<ClientTools> all, int sourceMajor, int targetMajor) {
    List<ClientTools> fit = all.stream().filter(tools -> tools.major >= sourceMajor).toList();
    Optional<ClientTools> within =
        fit.stream()
            .filter(tools -> tools.major <= targetMajor)
            .max(Comparator.comparingInt(ClientTools::major));
    return within.isPresent() ? within : fit.stream().min(Comparator.comparingInt(c -> c.major));
  }

  private static FramException missing(int major, List<ClientTools> found) {
    String seen =
        found.isEmpty()
            ? "pg_dump and pg_restore were not found on this machine; version " + major
            : "The newest pg_dump found is of version "
                + found.stream().mapToInt(ClientTools::major).max().orElse(0)
                + "; version "
                + major;
    return new FramException(
        ErrorCode.TOOL_MISSING,
        seen + " or newer is needed for the source.",
        "Install the package postgresql-client-"
            + major
            + " (or newer), or set FRAM_PG_BIN to the folder that holds pg_dump and pg_restore.");
  }

  /** Every pair found on this machine, in the order of search; broken ones are left out. */
  static List<ClientTools> installed() {
    List<ClientTools> found = new ArrayList<>();
    for (Path folder : folders()) {
      inFolder(folder).ifPresent(found::add);
    }
    return found;
  }

  private static List<Path> folders() {
    List<Path> folders = new ArrayList<>();
    addPathList(folders, System.getProperty("fram.pg.bin", ""));
    Map<String, String> environment = System.getenv();
    addPathList(folders, environment.getOrDefault("FRAM_PG_BIN", ""));
    addPathList(folders, environment.getOrDefault("PATH", ""));
    addVersions(folders, Path.of("/usr/lib/postgresql"));
    addVersions(folders, Path.of("/usr"));
    addVersions(folders, Path.of("/opt/homebrew/opt"));
    return folders.stream().distinct().toList();
  }

  private static void addPathList(List<Path> folders, String list) {
    for (String entry : list.split(File.pathSeparator, -1)) {
      if (!entry.isEmpty()) {
        folders.add(Path.of(entry));
      }
    }
  }

  /** {@code 17/bin}, {@code pgsql-17/bin}, {@code postgresql@17/bin} below a folder. */
  private static void addVersions(List<Path> folders, Path parent) {
    try (Stream<Path> children = Files.list(parent)) {
      children
          .filter(child -> child.getFileName().toString().matches("(pgsql-|postgresql@)?\\d+"))
          .map(child -> child.resolve("bin"))
          .sorted(Comparator.reverseOrder())
          .forEach(folders::add);
    } catch (IOException absent) {
      // The folder is not there on this kind of system.
      return;
    }
  }

  private static Optional<ClientTools> inFolder(Path folder) {
    Path dump = folder.resolve("pg_dump").toAbsolutePath();
    Path restore = folder.resolve("pg_restore").toAbsolutePath();
    if (!Files.isExecutable(dump) || !Files.isExecutable(restore)) {
      return Optional.empty();
    }
    return KNOWN.computeIfAbsent(new Program(dump, changed(dump)), p -> asked(dump, restore));
  }

  private static FileTime changed(Path program) {
    try {
      return Files.getLastModifiedTime(program);
    } catch (IOException vanished) {
      return FileTime.fromMillis(0);
    }
  }

  private static Optional<ClientTools> asked(Path dump, Path restore) {
    ToolProcess.Result answer = ToolProcess.run(List.of(dump.toString(), "--version"), Map.of());
    Matcher version = VERSION.matcher(answer.output());
    return answer.exit() == 0 && version.find()
        ? Optional.of(
            new ClientTools(
                dump, restore, Integer.parseInt(version.group(1)), answer.output().strip()))
        : Optional.empty();
  }
}
