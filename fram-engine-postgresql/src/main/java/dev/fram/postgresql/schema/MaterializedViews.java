// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.error.FramException;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.schema.SourceFacts.Relation;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Fills materialized views on the target, those first that others read: the archive lists them in
 * that order. One that is empty on the source stays empty.
 */
final class MaterializedViews {
  private final LoadedSchema schema;
  private final TargetScript target;

  MaterializedViews(LoadedSchema schema, TargetScript target) {
    this.schema = schema;
    this.target = target;
  }

  /** Returns what could not be filled, with the reason. */
  List<String> refresh(Consumer<String> progress) {
    List<String> failed = new ArrayList<>();
    Map<Long, Relation> relations = schema.facts().relationsByOid();
    for (TocEntry entry : schema.archive().entries()) {
      Relation view = relations.get(entry.oid());
      if (entry.type().equals("MATERIALIZED VIEW") && view != null && view.populated()) {
        try {
          refresh(view);
        } catch (FramException e) {
          failed.add("materialized view " + view.id() + " is not filled: " + e.seen());
          progress.accept(failed.get(failed.size() - 1));
        }
      }
    }
    return failed;
  }

  /** Without a lock against readers where the view allows it (a unique index, and filled). */
  private void refresh(Relation view) {
    String name = Quoting.table(view.id());
    target.transaction(
        "filling " + view.id(),
        connection -> {
          try (Statement statement = connection.createStatement()) {
            // The view's owner reads, and may see less than all rows by its policies.
            statement.execute("SET LOCAL row_security = on");
          }
          boolean locked =
              Attempt.run(connection, "REFRESH MATERIALIZED VIEW CONCURRENTLY " + name).isPresent();
          if (locked) {
            try (Statement statement = connection.createStatement()) {
              statement.execute("REFRESH MATERIALIZED VIEW " + name);
            }
          }
          return locked;
        });
  }
}
