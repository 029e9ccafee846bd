// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.engine.ObjectFact;
import dev.fram.api.engine.SchemaOption;
import dev.fram.api.model.Scope;
import dev.fram.postgresql.inventory.PostgresInventory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What the source's list has and the target's has not, or has in another way. */
final class InventoryDifferences {
  private InventoryDifferences() {}

  static List<ObjectFact> source(Pair pair, Scope scope, SchemaOption... options) {
    return PostgresInventory.ofSource(pair.source(), scope, Set.of(options))
        .read(pair.targetServer().version().major());
  }

  /** The cutover is refused while there is any of this; what comes with it is not looked at. */
  static List<String> beforeTheCutover(Pair pair) {
    return of(pair, Set.of(ObjectFact.Due.AT_THE_CUTOVER, ObjectFact.Due.NEVER));
  }

  static List<String> of(Pair pair) {
    return of(pair, Set.of());
  }

  private static List<String> of(Pair pair, Set<ObjectFact.Due> unlookedAt) {
    Map<ObjectFact.Id, String> there = new TreeMap<>();
    PostgresInventory.ofTarget(pair.target())
        .read(pair.sourceServer().version().major())
        .forEach(fact -> there.put(fact.id(), fact.definition()));
    List<String> differences = new ArrayList<>();
    for (ObjectFact fact : source(pair, Scope.all())) {
      if (unlookedAt.contains(fact.due())) {
        continue;
      }
      if (!there.containsKey(fact.id())) {
        differences.add("missing: " + fact.id());
      } else if (!fact.definition().equals(there.get(fact.id()))) {
        differences.add("different: " + fact.id());
      }
    }
    return differences;
  }
}
