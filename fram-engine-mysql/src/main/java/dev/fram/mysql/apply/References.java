// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.RowChange;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.catalog.ForeignKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The target's foreign keys, seen from the tables that they refer to: whether a change of one table
 * does anything to others. Read when it is first asked. Owned by the applier's thread.
 */
final class References {
  private final Catalog catalog;
  private final Map<TableId, List<Reference>> references = new HashMap<>();
  private boolean known;

  References(Catalog catalog) {
    this.catalog = catalog;
  }

  /**
   * A foreign key.
   *
   * @param key the foreign key
   * @param places where the columns that it refers to stand in their table
   */
  private record Reference(ForeignKey key, List<Integer> places) {
    boolean follows(RowChange change) {
      return switch (change.op()) {
        case INSERT -> false;
        case DELETE -> true;
        case UPDATE ->
            places.stream().anyMatch(i -> !change.before().get(i).equals(change.after().get(i)));
      };
    }
  }

  /** Whether a foreign key looks at other rows, or writes them, when this change is made. */
  boolean follow(RowChange change, Connection target) throws SQLException {
    return of(change.table(), target).stream().anyMatch(reference -> reference.follows(change));
  }

  /** The tables that foreign keys may write to when this change is made. */
  Set<TableId> written(RowChange change, Connection target) throws SQLException {
    Set<TableId> reached = new LinkedHashSet<>();
    Deque<TableId> next = new ArrayDeque<>();
    of(change.table(), target).stream()
        .filter(reference -> reference.key().cascades() && reference.follows(change))
        .forEach(reference -> next.add(reference.key().table()));
    while (!next.isEmpty()) {
      TableId table = next.remove();
      if (reached.add(table)) {
        references.getOrDefault(table, List.of()).stream()
            .filter(reference -> reference.key().cascades())
            .forEach(reference -> next.add(reference.key().table()));
      }
    }
    return reached;
  }

  /** The schema has changed: foreign keys are looked at again. */
  void forget() {
    references.clear();
    known = false;
  }

  private List<Reference> of(TableId table, Connection target) throws SQLException {
    if (!known) {
      read(target);
      known = true;
    }
    return references.getOrDefault(table, List.of());
  }

  private void read(Connection target) throws SQLException {
    Map<TableId, CatalogTable> tables = new HashMap<>();
    catalog.tables(target).forEach(table -> tables.put(table.id(), table));
    for (CatalogTable table : tables.values()) {
      for (ForeignKey key : table.foreignKeys()) {
        CatalogTable referenced = tables.get(key.referenced());
        if (referenced != null) {
          references
              .computeIfAbsent(key.referenced(), none -> new ArrayList<>())
              .add(new Reference(key, places(key, referenced)));
        }
      }
    }
  }

  private static List<Integer> places(ForeignKey key, CatalogTable referenced) {
    return key.referencedColumns().stream()
        .map(name -> referenced.columns().indexOf(referenced.column(name).orElseThrow()))
        .toList();
  }
}
