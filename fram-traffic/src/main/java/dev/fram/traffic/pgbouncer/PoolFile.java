// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.pgbouncer;

import dev.fram.api.traffic.Address;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The text of {@code pgbouncer.ini}: finds and changes where an entry of {@code [databases]} leads,
 * and leaves every other byte as it is. Immutable.
 */
final class PoolFile {
  private static final int DEFAULT_PORT = 5432;

  private final List<String> lines;

  PoolFile(String text) {
    this(List.of(text.split("(?<=\n)", -1)));
  }

  private PoolFile(List<String> lines) {
    this.lines = List.copyOf(lines);
  }

  String text() {
    return String.join("", lines);
  }

  /** Where the entry leads; empty when there is none, or none with a host. */
  Optional<Address> address(String database) {
    return entry(database)
        .map(at -> Connect.parse(value(lines.get(at))))
        .filter(connect -> connect.get("host").isPresent())
        .map(connect ->
            new Address(
                connect.get("host").orElseThrow(),
                connect.get("port").map(Integer::parseInt).orElse(DEFAULT_PORT)));
  }

  /**
   * The same file with the entry leading elsewhere.
   *
   * @param dbname the database's name there, when it is another one
   */
  PoolFile pointing(String database, Address to, Optional<String> dbname) {
    List<String> changed = new ArrayList<>(lines);
    entry(database)
        .ifPresent(at -> {
          String line = lines.get(at);
          Connect connect = Connect.parse(value(line));
          connect.set("host", to.host());
          connect.set("port", String.valueOf(to.port()));
          dbname.ifPresent(name -> connect.set("dbname", name));
          int equals = line.indexOf('=');
          String end = line.endsWith("\r\n") ? "\r\n" : line.endsWith("\n") ? "\n" : "";
          changed.set(at, line.substring(0, equals + 1) + " " + connect.text() + end);
        });
    return new PoolFile(changed);
  }

  private Optional<Integer> entry(String database) {
    boolean inside = false;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.startsWith("[")) {
        inside = line.equalsIgnoreCase("[databases]");
      } else if (inside && !line.startsWith(";") && !line.startsWith("#")) {
        int equals = line.indexOf('=');
        if (equals > 0 && unquoted(line.substring(0, equals).strip()).equals(database)) {
          return Optional.of(i);
        }
      }
    }
    return Optional.empty();
  }

  private static String value(String line) {
    return line.substring(line.indexOf('=') + 1).strip();
  }

  private static String unquoted(String name) {
    return name.length() > 1 && name.startsWith("\"") && name.endsWith("\"")
        ? name.substring(1, name.length() - 1).replace("\"\"", "\"")
        : name;
  }

  /** A connection string: {@code key=value} pairs, a value in single quotes where it must be. */
  private static final class Connect {
    private final Map<String, String> pairs = new LinkedHashMap<>();

    static Connect parse(String text) {
      Connect connect = new Connect();
      int at = 0;
      while (at < text.length()) {
        int equals = text.indexOf('=', at);
        if (equals < 0) {
          break;
        }
        String key = text.substring(at, equals).strip();
        StringBuilder value = new StringBuilder();
        at = equals + 1;
        while (at < text.length() && text.charAt(at) == ' ') {
          at++;
        }
        boolean quoted = at < text.length() && text.charAt(at) == '\'';
        at += quoted ? 1 : 0;
        while (at < text.length()) {
          char c = text.charAt(at);
          if (quoted && c == '\'' && at + 1 < text.length() && text.charAt(at + 1) == '\'') {
            at++;
          } else if (quoted ? c == '\'' : Character.isWhitespace(c)) {
            break;
          }
          value.append(c);
          at++;
        }
        at++;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
          at++;
        }
        connect.pairs.put(key, value.toString());
      }
      return connect;
    }

    Optional<String> get(String key) {
      return Optional.ofNullable(pairs.get(key));
    }

    void set(String key, String value) {
      pairs.put(key, value);
    }

    String text() {
      List<String> words = new ArrayList<>();
      pairs.forEach((key, value) -> {
        boolean plain = !value.isEmpty() && value.chars().noneMatch(c -> c == '\'' || c <= ' ');
        words.add(key + "=" + (plain ? value : "'" + value.replace("'", "''") + "'"));
      });
      return String.join(" ", words);
    }
  }
}
