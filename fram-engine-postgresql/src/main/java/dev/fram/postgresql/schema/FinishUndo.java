// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.schema.SourceFacts.Part;
import dev.fram.postgresql.schema.SourceFacts.PartKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The statements that take triggers, rules, row security and publications away again. */
final class FinishUndo {
  private FinishUndo() {}

  /** In the reverse of the order of creation: event triggers first, they would fire on the rest. */
  static List<String> statements(LoadedSchema schema) {
    Map<Long, Part> triggers = schema.facts().partsByOid(PartKind.TRIGGER);
    Map<Long, Part> rules = schema.facts().partsByOid(PartKind.RULE);
    Map<Long, Part> policies = schema.facts().partsByOid(PartKind.POLICY);
    Map<Long, TableId> tables = new HashMap<>();
    schema.facts().relations().forEach(relation -> tables.put(relation.oid(), relation.id()));
    Set<String> statements = new LinkedHashSet<>();
    for (TocEntry entry : schema.plan().finish().reversed()) {
      switch (entry.type()) {
        case "TRIGGER" -> drop(statements, "TRIGGER", triggers.get(entry.oid()));
        case "RULE" -> drop(statements, "RULE", rules.get(entry.oid()));
        case "POLICY" -> drop(statements, "POLICY", policies.get(entry.oid()));
        case "ROW SECURITY" -> {
          TableId table = tables.get(entry.oid());
          if (table != null) {
            statements.add(
                "ALTER TABLE IF EXISTS " + Quoting.table(table) + " DISABLE ROW LEVEL SECURITY");
          }
        }
        default -> {
          // Publications and event triggers follow by name; default grants do no harm.
        }
      }
    }
    List<String> all = new ArrayList<>();
    schema
        .facts()
        .eventTriggers()
        .forEach(t -> all.add("DROP EVENT TRIGGER IF EXISTS " + Quoting.identifier(t.name())));
    schema.facts().publications().stream()
        .map(SourceFacts.Named::name)
        .distinct()
        .forEach(name -> all.add("DROP PUBLICATION IF EXISTS " + Quoting.identifier(name)));
    all.addAll(statements);
    return all;
  }

  private static void drop(Set<String> statements, String what, @Nullable Part part) {
    if (part != null) {
      statements.add(
          "DROP "
              + what
              + " IF EXISTS "
              + Quoting.identifier(part.name())
              + " ON "
              + Quoting.table(part.id()));
    }
  }
}
