// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.connection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a login may do, as SHOW GRANTS tells it: its own grants and those of the roles that are
 * active in a fresh session.
 *
 * @param lines what was granted where
 * @param roles roles that were granted, active or not
 * @param active the roles that are active
 */
public record Grants(List<Line> lines, List<String> roles, List<String> active) {
  public Grants {
    lines = List.copyOf(lines);
    roles = List.copyOf(roles);
    active = List.copyOf(active);
  }

  private static final Pattern PRIVILEGES =
      Pattern.compile("GRANT (.+?) ON (?:TABLE )?(\\S+?)\\.(\\S+?) TO .*", Pattern.DOTALL);
  private static final Pattern ROLES = Pattern.compile("GRANT (.+?) TO .*", Pattern.DOTALL);

  /** Names that one product writes for what the other calls differently. */
  private static final Map<String, Set<String>> SAME =
      Map.of(
          "REPLICATION CLIENT", Set.of("BINLOG MONITOR"),
          "REPLICATION SLAVE", Set.of("REPLICATION REPLICA"),
          "REPLICATION SLAVE ADMIN", Set.of("REPLICATION REPLICA ADMIN"),
          "SLAVE MONITOR", Set.of("REPLICA MONITOR"),
          "CONNECTION_ADMIN", Set.of("CONNECTION ADMIN", "SUPER"),
          "SYSTEM_VARIABLES_ADMIN", Set.of("SUPER", "READ_ONLY ADMIN"),
          "SET_USER_ID", Set.of("SET_ANY_DEFINER", "SET USER", "SUPER"));

  private static final List<String> WRITING =
      List.of("INSERT", "UPDATE", "DELETE", "DROP", "ALTER", "EXECUTE");

  /**
   * @param privileges in upper case
   * @param database its pattern, or a star
   * @param table its name, or a star
   */
  public record Line(Set<String> privileges, String database, String table) {}

  /** Asks the server. */
  public static Grants read(Connection connection) throws SQLException {
    List<String> texts = new ArrayList<>();
    List<String> active = activeRoles(connection);
    if (Connector.version(connection).isMariaDb()) {
      texts.addAll(show(connection, "SHOW GRANTS FOR CURRENT_USER()"));
      for (String role : active) {
        texts.addAll(show(connection, "SHOW GRANTS FOR " + Quoting.identifier(role)));
      }
    } else {
      String using = active.isEmpty() ? "" : " USING " + String.join(", ", active);
      texts.addAll(show(connection, "SHOW GRANTS FOR CURRENT_USER()" + using));
    }
    List<Line> lines = new ArrayList<>();
    List<String> roles = new ArrayList<>();
    texts.forEach(text -> add(text, lines, roles));
    return new Grants(lines, roles, active);
  }

  /** Whether a global privilege is there, by any of its names. */
  public boolean global(String privilege) {
    return lines.stream()
        .filter(line -> line.database().equals("*"))
        .anyMatch(line -> grants(line, privilege));
  }

  /** Whether a privilege holds for a whole database. */
  public boolean on(String database, String privilege) {
    return lines.stream()
        .filter(line -> line.table().equals("*") && matches(line.database(), database))
        .anyMatch(line -> grants(line, privilege));
  }

  /** Whether anything in a database can be changed, directly or by a routine's rights. */
  public boolean writes(String database) {
    return lines.stream()
        .filter(line -> matches(line.database(), database))
        .anyMatch(line -> WRITING.stream().anyMatch(privilege -> grants(line, privilege)));
  }

  /** Those of these privileges that a database lacks. */
  public List<String> missing(String database, List<String> privileges) {
    return privileges.stream().filter(privilege -> !on(database, privilege)).toList();
  }

  /** Roles that would help, were they active. */
  public List<String> idleRoles() {
    return roles.stream().filter(role -> !active.contains(role)).toList();
  }

  private static boolean grants(Line line, String privilege) {
    return line.privileges().contains("ALL PRIVILEGES")
        || line.privileges().contains(privilege)
        || SAME.getOrDefault(privilege, Set.of()).stream().anyMatch(line.privileges()::contains);
  }

  /** The name in a grant is a LIKE pattern (manual, GRANT); a star is everything. */
  private static boolean matches(String pattern, String database) {
    if (pattern.equals("*")) {
      return true;
    }
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c == '\\' && i + 1 < pattern.length()) {
        regex.append(Pattern.quote(String.valueOf(pattern.charAt(++i))));
      } else {
        regex.append(
            switch (c) {
              case '%' -> ".*";
              case '_' -> ".";
              default -> Pattern.quote(String.valueOf(c));
            });
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL).matcher(database).matches();
  }

  private static void add(String text, List<Line> lines, List<String> roles) {
    Matcher privileges = PRIVILEGES.matcher(text);
    if (privileges.matches()) {
      Set<String> names =
          Arrays.stream(privileges.group(1).split(",", -1))
              .map(name -> name.strip().toUpperCase(Locale.ROOT))
              .collect(Collectors.toUnmodifiableSet());
      lines.add(new Line(names, bare(privileges.group(2)), bare(privileges.group(3))));
      return;
    }
    Matcher granted = ROLES.matcher(text);
    if (granted.matches()) {
      Arrays.stream(granted.group(1).split(",", -1))
          .map(name -> bare(name.strip()))
          .forEach(roles::add);
    }
  }

  private static String bare(String name) {
    // A role of MySQL's has two parts, each with its own quotes: it stays as it is.
    boolean quoted = name.matches("(?s)`.*`") && !name.contains("`@`");
    return quoted ? name.substring(1, name.length() - 1).replace("``", "`") : name;
  }

  private static List<String> show(Connection connection, String sql) throws SQLException {
    return Sql.list(connection, sql, row -> row.getString(1));
  }

  private static List<String> activeRoles(Connection connection) throws SQLException {
    String text = Sql.text(connection, "SELECT CURRENT_ROLE()");
    return text.isEmpty() || text.equals("NONE") ? List.of() : List.of(text.split(",", -1));
  }
}
