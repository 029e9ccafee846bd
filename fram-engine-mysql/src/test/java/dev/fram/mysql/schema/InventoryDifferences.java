// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.engine.ObjectFact;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What the source's list has and the target's has not, or has in another way. */
final class InventoryDifferences {
  private InventoryDifferences() {}

  /** The cutover is refused while there is any of this; what comes with it is not looked at. */
  static List<String> beforeTheCutover(Pair pair) {
    return of(pair, Set.of(ObjectFact.Due.AT_THE_CUTOVER, ObjectFact.Due.NEVER));
  }

  static List<String> of(Pair pair) {
    return of(pair, Set.of());
  }

  private static List<String> of(Pair pair, Set<ObjectFact.Due> unlookedAt) {
    Map<ObjectFact.Id, String> there = new TreeMap<>();
    pair.targetObjects().forEach(fact -> there.put(fact.id(), fact.definition()));
    List<String> differences = new ArrayList<>();
    for (ObjectFact fact : pair.sourceObjects()) {
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
