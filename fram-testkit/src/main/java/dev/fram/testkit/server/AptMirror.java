// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The mirror from which this machine installs its distribution, as its own apt sources name it
 * (sources.list(5), both formats).
 *
 * @param uri where the distribution's archive is
 * @param signedBy the option that names its keyring, or nothing when apt's own keys are meant
 * @param suites the machine's own release first, then the one that has the newest packages
 */
record AptMirror(String uri, Optional<String> signedBy, List<String> suites) {
  private static final Pattern ONE_LINE =
      Pattern.compile("^deb\\s+(?:\\[([^]]*)]\\s+)?(\\S+)\\s+(\\S+)\\s+(.*)$");
  private static final Pattern SIGNED_BY = Pattern.compile("signed-by=(\\S+)");

  /** One place to install from, as the machine's files name it. */
  private record Entry(String uri, List<String> suites, Optional<String> signedBy) {}

  /** The machine's mirror; nothing when it is neither Debian nor Ubuntu nor like them. */
  static Optional<AptMirror> ofThisMachine() throws IOException {
    return in(Path.of("/etc/apt"), Path.of("/etc/os-release"));
  }

  static Optional<AptMirror> in(Path aptFolder, Path osRelease) throws IOException {
    if (!Files.isDirectory(aptFolder) || !Files.isReadable(osRelease)) {
      return Optional.empty();
    }
    Map<String, String> system = osRelease(osRelease);
    String codename = system.getOrDefault("VERSION_CODENAME", "");
    String newest = system.getOrDefault("ID", "").equals("ubuntu") ? "devel" : "sid";
    return entries(aptFolder).stream()
        .filter(entry -> entry.suites().contains(codename) || entry.suites().contains(newest))
        .findFirst()
        .map(entry ->
            new AptMirror(
                entry.uri(),
                entry.signedBy(),
                Stream.of(codename, newest).filter(suite -> !suite.isEmpty()).toList()));
  }

  /** A line for a private sources.list. */
  String line(String suite) {
    String option = signedBy.map(key -> "[signed-by=" + key + "] ").orElse("");
    return "deb " + option + uri + " " + suite + " main\n";
  }

  private static Map<String, String> osRelease(Path file) throws IOException {
    Map<String, String> values = new HashMap<>();
    for (String line : Files.readAllLines(file)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.put(line.substring(0, equals), line.substring(equals + 1).replace("\"", "").strip());
      }
    }
    return values;
  }

  private static List<Entry> entries(Path aptFolder) throws IOException {
    List<Entry> entries = new ArrayList<>();
    Path main = aptFolder.resolve("sources.list");
    if (Files.isReadable(main)) {
      entries.addAll(oneLineEntries(main));
    }
    Path parts = aptFolder.resolve("sources.list.d");
    if (Files.isDirectory(parts)) {
      try (Stream<Path> files = Files.list(parts)) {
        for (Path file : files.filter(Files::isReadable).sorted().toList()) {
          String name = file.getFileName().toString();
          if (name.endsWith(".list")) {
            entries.addAll(oneLineEntries(file));
          } else if (name.endsWith(".sources")) {
            entries.addAll(stanzaEntries(file));
          }
        }
      }
    }
    return entries;
  }

  private static List<Entry> oneLineEntries(Path file) throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      Matcher matcher = ONE_LINE.matcher(line.strip());
      if (matcher.matches()) {
        Matcher key = SIGNED_BY.matcher(matcher.group(1) == null ? "" : matcher.group(1));
        entries.add(
            new Entry(
                matcher.group(2),
                List.of(matcher.group(3)),
                key.find() ? Optional.of(key.group(1)) : Optional.empty()));
      }
    }
    return entries;
  }

  /** A key inside the stanza itself is left out: apt's own trusted keys are tried then. */
  private static List<Entry> stanzaEntries(Path file) throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (String stanza : Files.readString(file).split("\n\\s*\n", -1)) {
      Map<String, String> fields = new HashMap<>();
      for (String line : stanza.split("\n", -1)) {
        int colon = line.indexOf(':');
        if (colon > 0 && !line.startsWith(" ") && !line.startsWith("#")) {
          fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
      }
      String uri = fields.getOrDefault("URIs", "").split("\\s+", -1)[0];
      if (!uri.isEmpty() && fields.getOrDefault("Types", "").contains("deb")) {
        entries.add(
            new Entry(
                uri,
                Arrays.asList(fields.getOrDefault("Suites", "").split("\\s+", -1)),
                Optional.of(fields.getOrDefault("Signed-By", ""))
                    .filter(key -> key.startsWith("/"))));
      }
    }
    return entries;
  }
}
