// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.catalog.Catalog;
import dev.fram.postgresql.connection.Sql;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** A partition or a child of an inheritance tree cannot be created without its parent. */
final class ScopeCheck implements Question {
  @Override
  public String code() {
    return "scope";
  }

  @Override
  public String about() {
    return "A partition or a child of an inheritance tree cannot be created without its parent.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    List<String> torn =
        Sql.list(
                servers.source().connection(),
                "SELECT n.nspname, c.relname, pn.nspname, p.relname FROM pg_inherits i"
                    + " JOIN pg_class c ON c.oid = i.inhrelid AND c.relkind IN ('r', 'p', 'f')"
                    + " JOIN pg_namespace n ON n.oid = c.relnamespace"
                    + " JOIN pg_class p ON p.oid = i.inhparent"
                    + " JOIN pg_namespace pn ON pn.oid = p.relnamespace ORDER BY 1, 2",
                row ->
                    Map.entry(
                        new TableId(row.getString(1), row.getString(2)),
                        new TableId(row.getString(3), row.getString(4))))
            .stream()
            .filter(pair ->
                servers.scope().covers(pair.getKey()) && !servers.scope().covers(pair.getValue()))
            .map(pair -> pair.getKey() + " without " + pair.getValue())
            .toList();
    if (!torn.isEmpty()) {
      return fail(
          "The scope has children without their parent: " + Servers.some(torn) + ".",
          "Include the parents, or leave the children out.");
    }
    int tables = new Catalog(servers.scope()).tables(servers.source().connection()).size();
    return tables == 0
        ? fail("No table is in the scope.", "Correct --include and --exclude.")
        : info(tables + " tables are in the scope.");
  }
}
