// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.engine.ObjectFact;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The objects of the pretended servers: tables, their pretended indexes, and the triggers. */
final class MemoryObjects {
  private static final String DEFINITION = "the only one";

  private MemoryObjects() {}

  static List<ObjectFact> of(MemorySource source) {
    List<ObjectFact> found = new ArrayList<>();
    for (TableId table : source.tables().stream().map(Table::id).toList()) {
      found.add(table(table));
      found.add(index(table + "/" + table.name() + "_pkey"));
      found.add(index(table + "/" + table.name() + "_value"));
      if (Tokens.unique(table)) {
        found.add(index(MemorySchema.tokens(table)));
      }
    }
    found.add(triggers());
    return found;
  }

  static List<ObjectFact> of(MemoryTarget target) {
    synchronized (target) {
      List<ObjectFact> found = new ArrayList<>();
      target.contents().keySet().forEach(table -> found.add(table(table)));
      for (String built : target.built()) {
        found.add(built.equals(MemorySchema.TRIGGERS) ? triggers() : index(built));
      }
      return found;
    }
  }

  private static ObjectFact table(TableId table) {
    return new ObjectFact(
        new ObjectFact.Id("table", table.schema(), table.toString()),
        DEFINITION,
        Optional.of(table),
        ObjectFact.Due.WITH_THE_INDEXES,
        ObjectFact.Reach.DATABASE,
        Optional.empty());
  }

  private static ObjectFact index(String name) {
    return object("index", name, ObjectFact.Due.WITH_THE_INDEXES);
  }

  private static ObjectFact triggers() {
    return object("trigger", MemorySchema.TRIGGERS, ObjectFact.Due.AT_THE_CUTOVER);
  }

  private static ObjectFact object(String kind, String name, ObjectFact.Due due) {
    return new ObjectFact(
        new ObjectFact.Id(kind, "", name),
        DEFINITION,
        Optional.empty(),
        due,
        ObjectFact.Reach.DATABASE,
        Optional.empty());
  }
}
