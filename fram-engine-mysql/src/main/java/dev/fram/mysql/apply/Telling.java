// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import dev.fram.api.engine.TouchedRows;
import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.RowChange;
import dev.fram.mysql.binlog.Value;
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
 * Tells whoever compares rows which ones the applier is about to write, those included that the
 * target's foreign keys will change with them and that the log says nothing of. Owned by the
 * applier's thread.
 */
final class Telling {
  private final TouchedRows touched;
  private final MySqlApplier.Plan plan;
  private final Map<TableId, List<Bond>> bonds = new HashMap<>();
  private boolean known;

  Telling(TouchedRows touched, MySqlApplier.Plan plan) {
    this.touched = touched;
    this.plan = plan;
  }

  /**
   * A foreign key that writes.
   *
   * @param key the foreign key
   * @param places where the columns that it refers to stand in their table
   */
  private record Bond(ForeignKey key, List<Integer> places) {
    boolean follows(RowChange change) {
      return switch (change.op()) {
        case INSERT -> false;
        case DELETE -> true;
        case UPDATE ->
            places.stream().anyMatch(i -> !change.before().get(i).equals(change.after().get(i)));
      };
    }
  }

  void row(TargetTable table, RowChange change, Connection target) throws SQLException {
    if (touched.wanted(table.id())) {
      if (table.keyed()) {
        keys(table, change);
      } else {
        touched.touchedAll(table.id());
      }
    }
    boolean cascades =
        change.foreignKeys() == RowChange.ForeignKeys.CHECKED
            && change.op() != RowChange.Op.INSERT
            && plan.bonded().contains(table.id());
    if (cascades) {
      bonds(table.id(), target).stream()
          .filter(bond -> bond.follows(change))
          .forEach(bond -> reached(bond.key().table()).forEach(this::all));
    }
  }

  private void keys(TargetTable table, RowChange change) {
    TableId id = table.id();
    switch (change.op()) {
      case INSERT -> touched.touched(id, table.keyText(change.after()));
      case DELETE -> touched.touched(id, table.keyText(change.before()));
      case UPDATE -> {
        List<Value> before = table.key(change.before());
        touched.touched(id, table.keyText(change.before()));
        if (!before.equals(table.key(change.after()))) {
          touched.touched(id, table.keyText(change.after()));
        }
      }
    }
  }

  /** Any of its rows may be. */
  void all(TableId table) {
    if (touched.wanted(table)) {
      touched.touchedAll(table);
    }
  }

  /** The schema has changed: foreign keys are looked at again. */
  void forget() {
    bonds.clear();
    known = false;
  }

  private List<Bond> bonds(TableId table, Connection target) throws SQLException {
    if (!known) {
      read(plan.catalog(), target);
      known = true;
    }
    return bonds.getOrDefault(table, List.of());
  }

  private void read(Catalog catalog, Connection target) throws SQLException {
    Map<TableId, CatalogTable> tables = new HashMap<>();
    catalog.tables(target).forEach(table -> tables.put(table.id(), table));
    for (CatalogTable table : tables.values()) {
      for (ForeignKey key : table.foreignKeys()) {
        CatalogTable referenced = tables.get(key.referenced());
        if (key.cascades() && referenced != null) {
          bonds
              .computeIfAbsent(key.referenced(), none -> new ArrayList<>())
              .add(new Bond(key, places(key, referenced)));
        }
      }
    }
  }

  private static List<Integer> places(ForeignKey key, CatalogTable referenced) {
    return key.referencedColumns().stream()
        .map(name -> referenced.columns().indexOf(referenced.column(name).orElseThrow()))
        .toList();
  }

  /** A table and all that hangs on it. */
  private Set<TableId> reached(TableId first) {
    Set<TableId> reached = new LinkedHashSet<>();
    Deque<TableId> next = new ArrayDeque<>(List.of(first));
    while (!next.isEmpty()) {
      TableId table = next.remove();
      if (reached.add(table)) {
        bonds.getOrDefault(table, List.of()).forEach(bond -> next.add(bond.key().table()));
      }
    }
    return reached;
  }
}
