// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.Value;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.catalog.Column;
import dev.fram.mysql.catalog.Key;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.digest.KeyText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A table of the target as rows of the feed meet it: columns by their place, and the statements
 * that touch its rows. Immutable.
 */
final class TargetTable {
  private final TableId id;
  private final List<Column> columns;
  private final List<Integer> written = new ArrayList<>();
  private final List<Integer> enums = new ArrayList<>();
  private final List<Integer> key = new ArrayList<>();
  private final Optional<KeyText> keyText;
  private final String name;
  private final String insertHead;
  private final Optional<String> updateTail;

  TargetTable(CatalogTable table) {
    this.id = table.id();
    this.columns = table.columns();
    this.keyText = KeyText.of(table);
    this.name = Quoting.table(id);
    for (int i = 0; i < columns.size(); i++) {
      if (!columns.get(i).computed()) {
        written.add(i);
        if (columns.get(i).type().name().equals("enum")) {
          enums.add(i);
        }
      }
    }
    for (String column : table.usableKey().map(Key::columns).orElse(List.of())) {
      key.add(place(column));
    }
    this.insertHead =
        "INSERT INTO "
            + name
            + " ("
            + Quoting.identifiers(written.stream().map(i -> columns.get(i).name()).toList())
            + ") VALUES ";
    this.updateTail = ManyUpdates.tail(table);
  }

  private int place(String column) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equalsIgnoreCase(column)) {
        return i;
      }
    }
    throw new IllegalStateException("no column " + column + " in " + id);
  }

  TableId id() {
    return id;
  }

  boolean keyed() {
    return !key.isEmpty();
  }

  List<Value> key(List<Value> row) {
    return key.stream().map(row::get).toList();
  }

  /** The row's key as comparisons write it; only where there is one. */
  String keyText(List<Value> row) {
    return keyText.orElseThrow().of(row);
  }

  String insertHead() {
    return insertHead;
  }

  /** Whether the row holds an ENUM's error value, which a strict session refuses. */
  Command.Values values(List<Value> row) {
    boolean loose =
        enums.stream()
            .anyMatch(i -> row.get(i) instanceof Value.Ordinal ordinal && ordinal.number() == 0);
    return loose ? Command.Values.LOOSE : Command.Values.CHECKED;
  }

  /** {@code (1, 'a', NULL)}: what goes behind {@link #insertHead}. */
  String tuple(List<Value> row) {
    return written.stream()
        .map(i -> Literals.of(row.get(i), columns.get(i)))
        .collect(Collectors.joining(", ", "(", ")"));
  }

  /** What goes behind the tuples when whatever is there by the key is to be replaced. */
  String upsertTail() {
    return written.stream()
        .map(i -> Quoting.identifier(columns.get(i).name()))
        .map(column -> column + " = VALUES(" + column + ")")
        .collect(Collectors.joining(", ", " ON DUPLICATE KEY UPDATE ", ""));
  }

  /**
   * What goes behind the tuples when rows that are there by the key are to become these, all or
   * none; empty when only single statements do that.
   */
  Optional<String> updateTail() {
    return updateTail;
  }

  String deleteHead() {
    return "DELETE FROM " + name + " WHERE " + keyNames() + " IN (";
  }

  /** A key's values, for {@link #deleteHead}. */
  String keyTuple(List<Value> keyValues) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      texts.add(Literals.of(keyValues.get(i), columns.get(key.get(i))));
    }
    return texts.size() == 1 ? texts.getFirst() : "(" + String.join(", ", texts) + ")";
  }

  private String keyNames() {
    String names = Quoting.identifiers(key.stream().map(i -> columns.get(i).name()).toList());
    return key.size() == 1 ? names : "(" + names + ")";
  }

  /** All columns of the row that has this key. */
  String update(List<Value> keyValues, List<Value> row) {
    return "UPDATE " + name + " SET " + assignments(row) + " WHERE " + byKey(keyValues);
  }

  /** A row as a whole is its own key: of equal rows one is as good as the other. */
  String updateWhole(List<Value> before, List<Value> after) {
    return "UPDATE " + name + " SET " + assignments(after) + whole(before);
  }

  String deleteWhole(List<Value> before) {
    return "DELETE FROM " + name + whole(before);
  }

  String delete(List<Value> keyValues) {
    return "DELETE FROM " + name + " WHERE " + byKey(keyValues);
  }

  private String byKey(List<Value> keyValues) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      Column column = columns.get(key.get(i));
      parts.add(Quoting.identifier(column.name()) + " = " + Literals.of(keyValues.get(i), column));
    }
    return String.join(" AND ", parts);
  }

  private String assignments(List<Value> row) {
    return written.stream()
        .map(i ->
            Quoting.identifier(columns.get(i).name())
                + " = "
                + Literals.of(row.get(i), columns.get(i)))
        .collect(Collectors.joining(", "));
  }

  private String whole(List<Value> row) {
    return written.stream()
        .map(i -> Literals.same(row.get(i), columns.get(i)))
        .collect(Collectors.joining(" AND ", " WHERE ", " LIMIT 1"));
  }
}
