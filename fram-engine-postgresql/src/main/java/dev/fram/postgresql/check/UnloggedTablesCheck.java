// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.model.Table;
import dev.fram.postgresql.catalog.Catalog;
import dev.fram.postgresql.catalog.CatalogTable;
import java.sql.SQLException;
import java.util.List;

/**
 * Tables that are not followed, because their changes are not in the log (unlogged) or because the
 * user wants it so, are copied whole under the write gate.
 */
final class UnloggedTablesCheck implements Question {
  private static final long MUCH = 128L << 20;

  @Override
  public String code() {
    return "unlogged-tables";
  }

  @Override
  public String about() {
    return "Tables that are not followed, because their changes are not in the log (unlogged) or because the user wants it so (--copy-at-cutover), are copied whole under the write gate.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    List<CatalogTable> late =
        new Catalog(servers.scope())
            .tables(source.connection()).stream()
                .filter(table ->
                    table.toTable(servers.tables()).transfer() == Table.Transfer.COPY_AT_CUTOVER)
                .toList();
    if (late.isEmpty()) {
      return pass(source.name() + ": no unlogged tables.");
    }
    long bytes = late.stream().mapToLong(CatalogTable::bytes).sum();
    String seen =
        source.name()
            + ": tables that are copied while writes are blocked, "
            + cost(bytes)
            + ": "
            + Servers.some(late.stream().map(UnloggedTablesCheck::named).toList())
            + ".";
    return bytes > MUCH
        ? warn(
            seen,
            "Exclude them, or ALTER TABLE .. SET LOGGED before the migration, or raise the"
                + " write-block budget: a cutover is refused when they may take more than 60 % of"
                + " it.")
        : info(seen);
  }

  /** {@code 5.0 MiB, about 1 s}. */
  static String cost(long bytes) {
    long seconds = Math.max(1, (bytes + Table.CAUTIOUS_RATE - 1) / Table.CAUTIOUS_RATE);
    return Servers.bytes(bytes) + ", about " + seconds + " s";
  }

  private static String named(CatalogTable table) {
    return table.id() + (table.persistence() == 'u' ? " (unlogged)" : "");
  }
}
