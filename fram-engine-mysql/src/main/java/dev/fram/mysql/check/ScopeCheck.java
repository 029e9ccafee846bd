// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** Something must be in scope, and the databases that are named must exist. */
final class ScopeCheck implements Question {
  @Override
  public String code() {
    return "scope";
  }

  @Override
  public String about() {
    return "Something must be in scope, and the databases that are named must exist.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    List<String> named = servers.source().connector().databases();
    List<String> there = servers.databases();
    List<String> missing = named.stream().filter(name -> !there.contains(name)).toList();
    if (!missing.isEmpty()) {
      return fail(
          servers.source().name()
              + ": databases do not exist there, or its login cannot see them: "
              + Servers.some(missing)
              + ".",
          "Correct the names in the source's URI, or GRANT SELECT ON them.");
    }
    int tables = servers.tables().size();
    return tables == 0
        ? fail("No table is in the scope.", "Correct --include, --exclude and the source's URI.")
        : info(tables + " tables are in the scope, in databases " + Servers.some(there) + ".");
  }
}
