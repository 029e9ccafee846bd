// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.haproxy;

import dev.fram.api.traffic.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of {@code haproxy.cfg}: finds and changes the address of one {@code server} line, and
 * leaves every other byte as it is. Immutable.
 */
final class ServerLine {
  private static final Pattern SECTION =
      Pattern.compile(
          "^(global|defaults|frontend|backend|listen|resolvers|peers|userlist|program"
              + "|mailers|ring|log-forward|http-errors|cache|fcgi-app)\\b\\s*(\\S*).*",
          Pattern.DOTALL);
  private static final Pattern SERVER =
      Pattern.compile("^(\\s*server\\s+(\\S+)\\s+)(\\S+)(.*)$", Pattern.DOTALL);

  private final List<String> lines;
  private final String backend;
  private final String server;

  ServerLine(String text, String backend, String server) {
    this(List.of(text.split("(?<=\n)", -1)), backend, server);
  }

  private ServerLine(List<String> lines, String backend, String server) {
    this.lines = List.copyOf(lines);
    this.backend = backend;
    this.server = server;
  }

  String text() {
    return String.join("", lines);
  }

  /** Where it leads; empty when there is no such line, or none with {@code host:port}. */
  Optional<Address> address() {
    return at().map(i -> matched(lines.get(i)).group(3)).flatMap(Address::parse);
  }

  /** Whether a name server would overrule what the runtime API says. */
  boolean resolved() {
    return at().map(i -> matched(lines.get(i)).group(4))
        .filter(rest -> rest.matches("(?s).*\\sresolvers\\s.*"))
        .isPresent();
  }

  ServerLine pointing(Address to) {
    List<String> changed = new ArrayList<>(lines);
    at().ifPresent(i -> {
      Matcher line = matched(lines.get(i));
      changed.set(i, line.group(1) + to + line.group(4));
    });
    return new ServerLine(changed, backend, server);
  }

  private Optional<Integer> at() {
    boolean inside = false;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      Matcher section = SECTION.matcher(line);
      if (section.matches()) {
        boolean holdsServers =
            section.group(1).equals("backend") || section.group(1).equals("listen");
        inside = holdsServers && section.group(2).equals(backend);
      } else if (inside) {
        Matcher found = SERVER.matcher(line);
        if (found.matches() && found.group(2).equals(server)) {
          return Optional.of(i);
        }
      }
    }
    return Optional.empty();
  }

  private static Matcher matched(String line) {
    Matcher matcher = SERVER.matcher(line);
    if (!matcher.matches()) {
      throw new IllegalStateException("this line was found as a server's");
    }
    return matcher;
  }
}
