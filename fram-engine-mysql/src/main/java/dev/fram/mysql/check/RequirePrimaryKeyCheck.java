// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.mysql.catalog.Key;
import java.sql.SQLException;
import java.util.List;

/** A target that demands a primary key refuses tables without one. */
final class RequirePrimaryKeyCheck implements Question {
  @Override
  public String code() {
    return "sql-require-primary-key";
  }

  @Override
  public String about() {
    return "A target that demands a primary key refuses tables without one.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server target = servers.target();
    List<String> without =
        servers.tables().stream()
            .filter(table -> table.keys().stream().noneMatch(key -> key.kind() == Key.Kind.PRIMARY))
            .map(table -> table.id().toString())
            .toList();
    if (!target.isOn("sql_require_primary_key") || without.isEmpty()) {
      return pass(target.name() + ": it takes every table of the source.");
    }
    return fail(
        target.name()
            + ": sql_require_primary_key is ON; tables without one: "
            + Servers.some(without)
            + ".",
        "On the target: SET GLOBAL sql_require_primary_key = OFF, and the same in my.cnf, [mysqld]."
            + " No restart is needed.");
  }
}
