// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import dev.fram.postgresql.connection.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Every extension of the source must be available on the target at a version that is not older. */
final class ExtensionsCheck implements Question {
  private static final String INSTALLED =
      "SELECT extname, extversion FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1";

  private static final String AVAILABLE =
      "SELECT name, COALESCE(installed_version, default_version) FROM pg_available_extensions";

  @Override
  public String code() {
    return "extensions";
  }

  @Override
  public String about() {
    return "Every extension of the source must be available on the target at a version that is not older.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    Map<String, String> available = versions(servers.target(), AVAILABLE);
    versions(servers.source(), INSTALLED)
        .forEach((name, version) -> {
          String there = available.getOrDefault(name, "");
          if (there.isEmpty()) {
            findings.add(
                Finding.fail(
                    code(),
                    servers.target().name() + ": extension " + name + " is not available there.",
                    "Install its package on the target, or DROP EXTENSION on the source."));
          } else if (compare(there, version) < 0) {
            findings.add(
                Finding.warn(
                    code(),
                    servers.target().name()
                        + ": extension "
                        + name
                        + " comes as version "
                        + there
                        + ", the source has "
                        + version
                        + ".",
                    "Install the newer package on the target."));
          }
        });
    return findings.isEmpty()
        ? pass(servers.target().name() + ": every extension of the source is available there.")
        : findings;
  }

  private static Map<String, String> versions(Server server, String query) throws SQLException {
    return Sql.list(
            server.connection(), query, row -> Map.entry(row.getString(1), row.getString(2)))
        .stream()
        .collect(
            Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, TreeMap::new));
  }

  /** By the numbers in them, as far as both have some: 1.10 is newer than 1.9. */
  static int compare(String one, String other) {
    String[] a = one.split("\\D+", -1);
    String[] b = other.split("\\D+", -1);
    for (int i = 0; i < Math.min(a.length, b.length); i++) {
      if (!a[i].isEmpty() && !b[i].isEmpty()) {
        int order = Long.compare(Long.parseLong(a[i]), Long.parseLong(b[i]));
        if (order != 0) {
          return order;
        }
      }
    }
    return 0;
  }
}
