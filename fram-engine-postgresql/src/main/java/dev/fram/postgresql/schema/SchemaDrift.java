// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.postgresql.schema.SourceFacts.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Tables, views and sequences that came or went on the source since the archive was taken. Found
 * before the cutover: afterwards they would be missing without a word.
 */
final class SchemaDrift {
  private static final int SHOWN = 5;

  private SchemaDrift() {}

  static void require(SourceFacts then, SourceFacts now, String server) {
    Set<String> before = names(then.relations());
    Set<String> after = names(now.relations());
    List<String> changes = new ArrayList<>();
    after.stream().filter(name -> !before.contains(name)).forEach(n -> changes.add("new " + n));
    before.stream().filter(name -> !after.contains(name)).forEach(n -> changes.add("gone " + n));
    if (!changes.isEmpty()) {
      String shown = String.join(", ", changes.subList(0, Math.min(SHOWN, changes.size())));
      throw new FramException(
          ErrorCode.SCHEMA_DRIFT,
          server
              + ": the schema changed since the migration began: "
              + shown
              + (changes.size() > SHOWN ? " and " + (changes.size() - SHOWN) + " more" : "")
              + ".",
          "Undo the change on the source, or cancel and start again.");
    }
  }

  private static Set<String> names(List<Relation> relations) {
    return relations.stream()
        .map(relation -> kind(relation.kind()) + " " + relation.id())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String kind(String relkind) {
    return switch (relkind) {
      case "v" -> "view";
      case "m" -> "materialized view";
      case "S" -> "sequence";
      case "f" -> "foreign table";
      default -> "table";
    };
  }
}
