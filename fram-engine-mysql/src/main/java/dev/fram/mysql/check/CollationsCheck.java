// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.connection.Sql;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Every character set and collation in use must exist on the target. */
final class CollationsCheck implements Question {
  @Override
  public String code() {
    return "collations";
  }

  @Override
  public String about() {
    return "Every character set and collation in use must exist on the target.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Set<String> used = new TreeSet<>();
    for (CatalogTable table : servers.tables()) {
      used.add(table.storage().collation());
      table.columns().forEach(column -> column.type().collation().ifPresent(used::add));
    }
    used.addAll(databaseCollations(servers));
    used.remove("");
    Set<String> there = new HashSet<>(servers.target().texts(known(servers.target())));
    used.removeAll(there);
    if (!used.isEmpty()) {
      return fail(
          servers.target().name() + ": collations are missing: " + Servers.some(used) + ".",
          "Use a target that has them, or on the source ALTER TABLE .. CONVERT TO CHARACTER SET ..."
              + " No restart is needed.");
    }
    String source = servers.source().setting("collation_server").orElse("");
    String target = servers.target().setting("collation_server").orElse("");
    return source.equals(target)
        ? pass("Every collation in use exists on the target.")
        : info(
            "Every collation in use exists on the target; the servers' defaults differ ("
                + source
                + ", "
                + target
                + "), which only counts for what is created later.");
  }

  private static List<String> databaseCollations(Servers servers) throws SQLException {
    return Sql.list(
            servers.source().connection(),
            "SELECT SCHEMA_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA",
            row -> Map.entry(row.getString(1), row.getString(2)))
        .stream()
        .filter(entry -> servers.catalog().coversDatabase(entry.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }

  // MariaDB's newer collations have no character set in their short names.
  private static String known(Server target) throws SQLException {
    return target.mariaDb()
        ? "SELECT FULL_COLLATION_NAME FROM information_schema.COLLATION_CHARACTER_SET_APPLICABILITY"
        : "SELECT COLLATION_NAME FROM information_schema.COLLATIONS";
  }
}
