// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.engine.SchemaOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * pg_dump's archive of the source's schema (custom format) and what pg_restore makes of it. Usable
 * from any thread; the file goes with the process.
 */
final class SchemaArchive {
  /** What {@code pg_restore -v} writes before each entry; see {@link #pieces}. */
  private static final Pattern MARK =
      Pattern.compile("^-- TOC entry (\\d+) \\(class (\\d+) OID (\\d+)\\)$", Pattern.MULTILINE);

  private static final Pattern STORAGE_CHANGE =
      Pattern.compile("^SET default_table(space|_access_method) = ", Pattern.MULTILINE);

  /** Newer minors print these psql commands as the first and the last line (CVE-2025-8714). */
  private static final Pattern RESTRICT =
      Pattern.compile("^\\\\restrict (\\S+)$\n", Pattern.MULTILINE);

  private static final String NEW_SETTING = "\nSET transaction_timeout = 0;\n";

  /** The header's, behind all limits of time. */
  private static final String LAST_SETTING = "\nSET client_encoding = ";

  private final ClientTools tools;
  private final Path file;
  private final Set<SchemaOption> options;
  private final List<TocEntry> entries;
  private final Map<List<TocEntry>, String> scripts = new ConcurrentHashMap<>();

  private SchemaArchive(ClientTools tools, Path file, Set<SchemaOption> options) {
    this.tools = tools;
    this.file = file;
    this.options = options;
    this.entries =
        ToolProcess.output(
                List.of(tools.pgRestore().toString(), "-l", file.toString()),
                Map.of(),
                "reading the schema's archive")
            .lines()
            .flatMap(line -> TocEntry.parse(line).stream())
            .toList();
  }

  static SchemaArchive of(byte[] archive, ClientTools tools, Set<SchemaOption> options) {
    try {
      // createTempFile makes it readable for this user only: definitions may hold secrets.
      Path file = Files.createTempFile("fram-schema-", ".dump");
      file.toFile().deleteOnExit();
      Files.write(file, archive);
      return new SchemaArchive(tools, file, options);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The table of contents, in the order in which pg_dump restores. */
  List<TocEntry> entries() {
    return entries;
  }

  /** The entries that only {@code --section} knows to be in a section, in order. */
  List<TocEntry> section(String section) {
    List<String> command = command();
    command.add("--section=" + section);
    command.add("-l");
    command.add(file.toString());
    return ToolProcess.output(command, Map.of(), "reading the schema's archive")
        .lines()
        .flatMap(line -> TocEntry.parse(line).stream())
        .toList();
  }

  /**
   * One script that creates these entries, with its settings first; empty for none. Kept: what is
   * needed under the write gate was asked for before.
   */
  String script(List<TocEntry> chosen) {
    return chosen.isEmpty()
        ? ""
        : scripts.computeIfAbsent(chosen, all -> plain(restore(all, List.of())));
  }

  /** Everything, with a mark before each entry. */
  String text() {
    return entries.isEmpty() ? "" : plain(restore(entries, List.of("--verbose")));
  }

  /**
   * One script that drops these entries, last first; what is gone already is no error. pg_restore
   * writes all drops before it creates the first entry again: the rest is cut off there.
   */
  String dropScript(List<TocEntry> chosen) {
    String all = plain(restore(chosen, List.of("--verbose", "--clean", "--if-exists")));
    TocEntry first = chosen.get(0);
    String mark =
        "\n-- TOC entry "
            + first.dumpId()
            + " (class "
            + first.catalog()
            + " OID "
            + first.oid()
            + ")\n";
    int end = all.indexOf(mark);
    if (end < 0) {
      throw new IllegalStateException("pg_restore did not mark " + first.display());
    }
    return all.substring(0, end) + "\n";
  }

  /**
   * A script for each entry by its dump id, from one run of pg_restore. The verbose output marks
   * where an entry begins; as an object's own text could hold such a line, the marks must be
   * exactly the entries asked for, in order, or each entry gets a run of its own. The same when
   * entries change the default tablespace, because that statement stands before the mark.
   */
  Map<Integer, String> pieces(List<TocEntry> chosen) {
    String all = plain(restore(chosen, List.of("--verbose")));
    List<Integer> starts = new ArrayList<>();
    List<Integer> found = new ArrayList<>();
    Matcher mark = MARK.matcher(all);
    while (mark.find()) {
      starts.add(mark.start());
      found.add(Integer.parseInt(mark.group(1)));
    }
    List<Integer> wanted = chosen.stream().map(TocEntry::dumpId).toList();
    boolean plain =
        !starts.isEmpty() && !STORAGE_CHANGE.matcher(all.substring(starts.get(0))).find();
    return plain && found.equals(wanted) ? split(all, starts, wanted) : one(chosen);
  }

  private static Map<Integer, String> split(String all, List<Integer> starts, List<Integer> ids) {
    String settings = all.substring(0, starts.get(0));
    Map<Integer, String> pieces = new LinkedHashMap<>();
    for (int i = 0; i < ids.size(); i++) {
      int end = i + 1 < starts.size() ? starts.get(i + 1) : all.length();
      pieces.put(ids.get(i), settings + all.substring(starts.get(i), end));
    }
    return pieces;
  }

  private Map<Integer, String> one(List<TocEntry> chosen) {
    Map<Integer, String> pieces = new LinkedHashMap<>();
    for (TocEntry entry : chosen) {
      pieces.put(entry.dumpId(), script(List.of(entry)));
    }
    return pieces;
  }

  private String restore(Collection<TocEntry> chosen, List<String> more) {
    try {
      Path list = Files.createTempFile("fram-list-", "");
      try {
        Files.writeString(
            list,
            chosen.stream().map(TocEntry::listLine).collect(Collectors.joining("\n", "", "\n")));
        List<String> command = command();
        command.addAll(more);
        command.addAll(List.of("-L", list.toString(), "-f", "-", file.toString()));
        return ToolProcess.output(command, Map.of(), "reading the schema's archive");
      } finally {
        Files.delete(list);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(tools.pgRestore().toString());
    command.addAll(DumpCommand.switches(options));
    return command;
  }

  /**
   * Without what only psql reads, and without a setting that servers before 17 refuse and that
   * pg_restore 17 and newer write whatever the server: Fram's own sessions have no such limit.
   */
  static String plain(String script) {
    int setting = script.indexOf(NEW_SETTING);
    boolean header = setting >= 0 && setting < script.indexOf(LAST_SETTING);
    return unrestricted(
        header
            ? script.substring(0, setting + 1) + script.substring(setting + NEW_SETTING.length())
            : script);
  }

  private static String unrestricted(String script) {
    Matcher matcher = RESTRICT.matcher(script);
    if (!matcher.find()) {
      return script;
    }
    // The key is random: no object's text can hold the closing line.
    String body = script.substring(0, matcher.start()) + script.substring(matcher.end());
    return body.replace("\\unrestrict " + matcher.group(1) + "\n", "");
  }
}
