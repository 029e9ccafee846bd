// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.mysql.catalog.CatalogTable;
import java.sql.SQLException;
import java.util.List;

/**
 * A table without a primary key, or a unique one without NULLs, is copied under a short lock and
 * applied row by row.
 */
final class UsableKeyCheck implements Question {
  @Override
  public String code() {
    return "usable-key";
  }

  @Override
  public String about() {
    return "A table without a primary key, or a unique one without NULLs, is copied under a short lock and applied row by row.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    List<String> without =
        servers.tables().stream()
            .filter(CatalogTable::transactional)
            .filter(table -> table.usableKey().isEmpty())
            .map(table -> table.id().toString())
            .toList();
    return without.isEmpty()
        ? pass("Every table has a usable key.")
        : warn(
            "Tables without a usable key (a lock of milliseconds begins their copy; each change of"
                + " theirs reads the whole table on the target): "
                + Servers.some(without)
                + ".",
            "ALTER TABLE .. ADD PRIMARY KEY (..), or add an invisible column for it, where such a"
                + " table is large or busy. No restart is needed.");
  }
}
