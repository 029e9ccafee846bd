// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.pgoutput.Relation;
import dev.fram.postgresql.pgoutput.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A source table's columns, lined up by name with the target's. Columns are named by their number
 * in the source's message everywhere. Immutable.
 *
 * @param relation the source's side
 * @param target the target's side
 * @param written the columns that are written; generated ones are not
 * @param key the columns that name one row; empty when only the whole row does
 * @param operators the key columns' equality operators; empty when the target has no such index
 */
record Layout(
    Relation relation,
    TargetTable target,
    List<Integer> written,
    List<Integer> key,
    Optional<List<String>> operators) {

  /**
   * @throws FramException SCHEMA_DRIFT when the source's rows do not fit the target's table
   */
  static Layout of(Relation relation, TargetTable target) {
    verifyFits(relation, target);
    List<Integer> written =
        IntStream.range(0, relation.columns().size())
            .filter(i -> column(relation, target, i).trait() != TargetColumn.Trait.GENERATED)
            .boxed()
            .toList();
    Map<String, String> key = key(relation, target);
    List<Integer> keyColumns = key.keySet().stream().map(relation::indexOf).toList();
    boolean indexed = !key.isEmpty() && !key.containsValue("");
    return new Layout(
        relation,
        target,
        written,
        keyColumns,
        indexed ? Optional.of(List.copyOf(key.values())) : Optional.empty());
  }

  TableId table() {
    return target.id();
  }

  TargetColumn column(int number) {
    return column(relation, target, number);
  }

  boolean hasKey() {
    return !key.isEmpty();
  }

  /**
   * What the row is known by, as bytes of text. Fold and fallback rely on this: the source always
   * sends the text of the row as it is stored, so one row has one key text at a time. Two texts may
   * stand for one value (citext, numeric 1.0 and 1.00, -0 and 0); but a unique index never lets
   * both live at once, so between them lies a DELETE or a key move, which keeps its place in the
   * order deletes, updates, inserts; what that order cannot express is refused by the unique index
   * and falls back to the next level.
   */
  String key(Tuple row) {
    if (key.size() == 1) {
      return row.rawText(key.getFirst());
    }
    StringBuilder text = new StringBuilder();
    for (int column : key) {
      String value = row.rawText(column);
      text.append(value.length()).append(':').append(value);
    }
    return text.toString();
  }

  /** The columns that an UPDATE may fill from the old row: under FULL all, else the key. */
  int[] filledFromOld() {
    return relation.identity() == Relation.Identity.FULL
        ? IntStream.range(0, relation.columns().size()).toArray()
        : key.stream().mapToInt(Integer::intValue).toArray();
  }

  int[] allColumns() {
    return IntStream.range(0, relation.columns().size()).toArray();
  }

  private static TargetColumn column(Relation relation, TargetTable target, int number) {
    TargetColumn column = target.columns().get(relation.columns().get(number).name());
    if (column == null) {
      throw new IllegalStateException("checked in verifyFits");
    }
    return column;
  }

  private static Map<String, String> key(Relation relation, TargetTable target) {
    if (relation.identity() == Relation.Identity.FULL) {
      return target.keys().stream()
          .map(TargetTable.UniqueKey::operators)
          .filter(each -> each.keySet().stream().allMatch(name -> relation.indexOf(name) >= 0))
          .findFirst()
          .orElse(Map.of());
    }
    List<String> names =
        relation.columns().stream()
            .filter(Relation.Column::key)
            .map(Relation.Column::name)
            .toList();
    for (TargetTable.UniqueKey candidate : target.keys()) {
      if (candidate.operators().size() == names.size()
          && candidate.operators().keySet().containsAll(names)) {
        return candidate.operators();
      }
    }
    Map<String, String> unindexed = new LinkedHashMap<>();
    names.forEach(name -> unindexed.put(name, ""));
    return unindexed;
  }

  private static void verifyFits(Relation relation, TargetTable target) {
    List<String> problems = new ArrayList<>();
    for (Relation.Column sent : relation.columns()) {
      TargetColumn column = target.columns().get(sent.name());
      if (column == null) {
        problems.add("column " + sent.name() + " is missing on the target");
      } else if (column.differs(sent.type(), sent.modifier())) {
        problems.add("column " + sent.name() + " on the target cannot hold all its values");
      }
    }
    for (TargetColumn column : target.columns().values()) {
      if (column.trait() == TargetColumn.Trait.REQUIRED && relation.indexOf(column.name()) < 0) {
        problems.add(
            "column "
                + column.name()
                + " of the target is NOT NULL without a default, and the"
                + " source does not send it");
      }
    }
    if (!problems.isEmpty()) {
      throw new FramException(
          ErrorCode.SCHEMA_DRIFT,
          "Table "
              + relation.table()
              + " has changed on the source: "
              + String.join("; ", problems)
              + ".",
          "Make the same change on the target; Fram then goes on by itself.");
    }
  }
}
