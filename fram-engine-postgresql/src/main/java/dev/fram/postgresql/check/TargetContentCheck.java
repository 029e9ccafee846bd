// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.engine.SchemaOption;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.catalog.Catalog;
import dev.fram.postgresql.catalog.CatalogTable;
import dev.fram.postgresql.schema.TargetContent;
import java.sql.SQLException;
import java.util.List;

/** The target's database should be empty; where it may hold objects, none may be in the way. */
final class TargetContentCheck implements Question {
  @Override
  public String code() {
    return "target-content";
  }

  @Override
  public String about() {
    return "The target's database should be empty; where it may hold objects, none may be in the way.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server target = servers.target();
    if (target.is("SELECT to_regclass('fram.schema_archive') IS NOT NULL")
        && target.is("SELECT EXISTS (SELECT 1 FROM fram.schema_archive WHERE done <> '')")) {
      return info(
          target.name() + ": it holds a migration that was begun; this run goes on with it.");
    }
    TargetContent content = TargetContent.read(target.connection());
    if (content.empty()) {
      return pass(target.name() + ": the database is empty.");
    }
    String seen = target.name() + ": the database holds " + content.summary() + ".";
    if (!servers.options().contains(SchemaOption.ALLOW_NONEMPTY_TARGET)) {
      return fail(seen, "Name an empty database, or allow it with --allow-nonempty-target.");
    }
    List<TableId> collisions =
        content.collisions(
            new Catalog(servers.scope())
                .tables(servers.source().connection()).stream().map(CatalogTable::id).toList());
    return collisions.isEmpty()
        ? info(seen + " None of them is in the way.")
        : fail(
            target.name() + ": tables of the source exist there: " + Servers.some(collisions) + ".",
            "Drop or rename them on the target, or --exclude them.");
  }
}
