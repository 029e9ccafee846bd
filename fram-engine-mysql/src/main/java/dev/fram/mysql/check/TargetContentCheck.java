// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.engine.SchemaOption;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.connection.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The databases to be filled should be empty on the target; where they may hold tables, none may be
 * in the way.
 */
final class TargetContentCheck implements Question {
  @Override
  public String code() {
    return "target-content";
  }

  @Override
  public String about() {
    return "The databases to be filled should be empty on the target; where they may hold tables, none may be in the way.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server target = servers.target();
    if (target.number(RECORDED) > 0 && target.number(BEGUN) > 0) {

      return info(
          target.name() + ": it holds a migration that was begun; this run goes on with it.");
    }
    List<String> databases = servers.databases();
    List<TableId> held =
        Sql.list(
                target.connection(),
                "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES",
                row -> new TableId(row.getString(1), row.getString(2)))
            .stream()
            .filter(id -> databases.contains(id.schema()))
            .sorted()
            .toList();
    if (held.isEmpty()) {
      return pass(target.name() + ": the databases are empty there.");
    }
    if (!servers.asked(SchemaOption.ALLOW_NONEMPTY_TARGET)) {
      return fail(
          target.name() + ": the databases hold tables already: " + Servers.some(held) + ".",
          "DROP DATABASE there, or allow it with --allow-nonempty-target.");
    }
    List<TableId> collisions = new ArrayList<>(held);
    collisions.retainAll(servers.tables().stream().map(CatalogTable::id).toList());
    return collisions.isEmpty()
        ? info(target.name() + ": it holds other tables; none of them is in the way.")
        : fail(
            target.name() + ": tables of the source exist there: " + Servers.some(collisions) + ".",
            "Drop or rename them on the target, or --exclude them.");
  }

  private static final String BEGUN = "SELECT COUNT(*) FROM fram.table_state";
  private static final String RECORDED =
      "SELECT COUNT(*) FROM information_schema.TABLES"
          + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME = 'table_state'";
}
