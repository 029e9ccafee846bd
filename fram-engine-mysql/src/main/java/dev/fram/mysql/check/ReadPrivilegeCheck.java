// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Every table in scope must be readable. Tried. */
final class ReadPrivilegeCheck implements Question {
  @Override
  public String code() {
    return "read-privilege";
  }

  @Override
  public String about() {
    return "Every table in scope must be readable. Tried.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    List<String> refused = new ArrayList<>();
    for (CatalogTable table : servers.tables()) {
      Optional<SQLException> problem =
          source.attempt("SELECT 1 FROM " + Quoting.table(table.id()) + " LIMIT 0");
      problem.ifPresent(e -> refused.add(table.id() + ": " + SqlErrors.message(e)));
    }
    return refused.isEmpty()
        ? pass(source.name() + ": every table that its login can see can be read.")
        : fail(
            source.name() + ": tables cannot be read: " + Servers.some(refused) + ".",
            "GRANT SELECT ON db.* TO "
                + source.login()
                + ", or mend the table. No restart is needed.");
  }
}
