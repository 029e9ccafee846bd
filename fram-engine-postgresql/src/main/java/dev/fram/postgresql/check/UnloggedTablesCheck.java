// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.catalog.Catalog;
import dev.fram.postgresql.catalog.CatalogTable;
import java.sql.SQLException;
import java.util.List;

/** Changes to unlogged tables are not in the log: they are copied whole under the write gate. */
final class UnloggedTablesCheck implements Question {
  private static final long MUCH = 256L << 20;

  @Override
  public String code() {
    return "unlogged-tables";
  }

  @Override
  public String about() {
    return "Changes to unlogged tables are not in the log: they are copied whole under the write gate.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    List<CatalogTable> unlogged =
        new Catalog(servers.scope())
            .tables(source.connection()).stream()
                .filter(table -> table.persistence() == 'u' && table.kind() == 'r')
                .toList();
    long bytes = unlogged.stream().mapToLong(CatalogTable::bytes).sum();
    List<TableId> names = unlogged.stream().map(CatalogTable::id).toList();
    if (unlogged.isEmpty()) {
      return pass(source.name() + ": no unlogged tables.");
    }
    String seen =
        source.name()
            + ": unlogged tables ("
            + Servers.bytes(bytes)
            + ") are copied while writes are blocked: "
            + Servers.some(names)
            + ".";
    return bytes > MUCH
        ? warn(seen, "Exclude them, or ALTER TABLE .. SET LOGGED before the migration.")
        : info(seen);
  }
}
