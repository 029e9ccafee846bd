// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.engine.ObjectFact;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the source's list has and the target's has not, or has in another way. */
final class InventoryDifferences {
  private InventoryDifferences() {}

  static List<String> of(Pair pair) {
    Map<ObjectFact.Id, String> there = new TreeMap<>();
    pair.targetObjects().forEach(fact -> there.put(fact.id(), fact.definition()));
    List<String> differences = new ArrayList<>();
    for (ObjectFact fact : pair.sourceObjects()) {
      if (!there.containsKey(fact.id())) {
        differences.add("missing: " + fact.id());
      } else if (!fact.definition().equals(there.get(fact.id()))) {
        differences.add("different: " + fact.id());
      }
    }
    return differences;
  }
}
