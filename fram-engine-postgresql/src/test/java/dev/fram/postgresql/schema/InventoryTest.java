// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.ObjectFact;
import dev.fram.api.engine.SchemaOption;
import dev.fram.api.model.Scope;
import dev.fram.postgresql.inventory.PostgresInventory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both servers' lists of a schema with every kind of object, once it was carried over. */
class InventoryTest {
  @ParameterizedTest
  @ValueSource(strings = {"15-15", "15-18", "18-18"})
  void everyObjectIsFoundAgain(String versions) throws Exception {
    try (Pair pair = Pair.of(versions)) {
      pair.source(SchemaRoundTripTest.everything());
      carryOver(pair);
      assertThat(differences(pair)).isEmpty();
    }
  }

  private static void carryOver(Pair pair) throws Exception {
    PostgresSchemaTransfer transfer = pair.transfer();
    transfer.createTables(1, note -> {});
    SchemaRoundTripTest.buildIndexes(pair, transfer);
    transfer.finishIndexes(1);
    transfer.addConstraints(1, note -> {});
    transfer.prepareFinish(1);
    transfer.finish(1);
    transfer.afterOpening(1);
  }

  static List<ObjectFact> source(Pair pair, Scope scope, SchemaOption... options) {
    return PostgresInventory.ofSource(pair.source(), scope, Set.of(options))
        .read(pair.targetServer().version().major());
  }

  static List<String> differences(Pair pair) {
    Map<ObjectFact.Id, String> there = new TreeMap<>();
    PostgresInventory.ofTarget(pair.target())
        .read(pair.sourceServer().version().major())
        .forEach(fact -> there.put(fact.id(), fact.definition()));
    List<String> differences = new ArrayList<>();
    Set<String> kinds = new TreeSet<>();
    for (ObjectFact fact : source(pair, Scope.all())) {
      kinds.add(fact.id().kind());
      if (!there.containsKey(fact.id())) {
        differences.add("missing: " + fact.id());
      } else if (!fact.definition().equals(there.get(fact.id()))) {
        differences.add("different: " + fact.id());
      }
    }
    System.out.println("KINDS " + kinds);
    return differences;
  }
}
