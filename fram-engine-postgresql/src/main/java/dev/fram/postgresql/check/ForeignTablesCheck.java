// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.catalog.Catalog;
import dev.fram.postgresql.catalog.CatalogTable;
import java.sql.SQLException;
import java.util.List;

/** Foreign tables move as definitions only; the target must reach the same remote servers. */
final class ForeignTablesCheck implements Question {
  @Override
  public String code() {
    return "foreign-tables";
  }

  @Override
  public String about() {
    return "Foreign tables move as definitions only; the target must reach the same remote servers.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    List<TableId> foreign =
        new Catalog(servers.scope())
            .tables(source.connection()).stream()
                .filter(table -> table.kind() == 'f')
                .map(CatalogTable::id)
                .toList();
    return foreign.isEmpty()
        ? pass(source.name() + ": no foreign tables.")
        : info(
            source.name()
                + ": only the definitions move; the target must reach the remote servers: "
                + Servers.some(foreign)
                + ".");
  }
}
