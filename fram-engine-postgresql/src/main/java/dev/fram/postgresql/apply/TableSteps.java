// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.postgresql.pgoutput.Tuple;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a table's batch comes to, statement by statement. Asks no server; stateless. */
final class TableSteps {
  private final Layout layout;
  private final ValueForm form;
  private final Statements statements;

  TableSteps(Layout layout, ValueForm form) {
    this.layout = layout;
    this.form = form;
    this.statements = new Statements(layout, form);
  }

  /**
   * Level {@code SETS}, ready to be sent.
   *
   * @return empty when the changes contradict one another
   */
  static Optional<List<Step>> ahead(TableBatch batch, ValueForm form) {
    Layout layout = batch.layout();
    TableSteps steps = new TableSteps(layout, form);
    return Fold.of(batch.ops(), layout::key, layout.allColumns()).map(net -> steps.sets(net, true));
  }

  /** Level {@code SETS}. */
  List<Step> sets(Net net) {
    return sets(net, false);
  }

  private List<Step> sets(Net net, boolean asText) {
    List<Step> steps = new ArrayList<>();
    delete(net.deletes()).ifPresent(steps::add);
    groups(net.updates())
        .forEach((set, updates) -> steps.add(update(set.stream().boxed().toList(), updates)));
    insert(net.inserts()).map(step -> asText ? text(step) : step).ifPresent(steps::add);
    return steps;
  }

  private static Step text(Step.Rows rows) {
    List<byte[]> lines = new ArrayList<>();
    Iterator<byte[]> text = CopyText.lines(rows.rows(), rows.columns());
    text.forEachRemaining(lines::add);
    return new Step.Text(rows.sql(), rows.wanted(), lines);
  }

  /** Level {@code REPLACE}. */
  List<Step> replace(Net net) {
    List<Step> steps = new ArrayList<>();
    delete(net.deletes()).ifPresent(steps::add);
    if (!net.updates().isEmpty()) {
      steps.add(takeOutAndPutIn(net.updates()));
    }
    insert(net.inserts()).ifPresent(steps::add);
    return steps;
  }

  Step updateOne(RowOp.Update update) {
    List<RowOp.Update> one = List.of(update);
    List<Integer> set = setColumns(update).stream().boxed().toList();
    if (layout.hasKey()) {
      return update(set, one);
    }
    List<String> values = new ArrayList<>(arrays(List.of(update.row()), set));
    values.addAll(texts(update.old()));
    return new Step.Write("UPDATE", 1, statements.updateOne(set), values);
  }

  Step deleteOne(Tuple old) {
    return layout.hasKey()
        ? delete(List.of(old)).orElseThrow()
        : new Step.Write("DELETE", 1, statements.deleteOne(), texts(old));
  }

  Optional<Step.Rows> insert(List<Tuple> rows) {
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(new Step.Rows(statements.copy(), List.copyOf(rows), layout.written()));
  }

  private Optional<Step> delete(List<Tuple> rows) {
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Step.Write("DELETE", rows.size(), statements.delete(), arrays(rows, layout.key())));
  }

  private Step update(List<Integer> set, List<RowOp.Update> updates) {
    List<String> values = arrays(updates.stream().map(RowOp.Update::old).toList(), layout.key());
    if (set.isEmpty()) {
      return new Step.Look("UPDATE", updates.size(), statements.count(), values);
    }
    values.addAll(arrays(updates.stream().map(RowOp.Update::row).toList(), set));
    return new Step.Write("UPDATE", updates.size(), statements.update(set), values);
  }

  private Step takeOutAndPutIn(List<RowOp.Update> updates) {
    List<Tuple> rows = updates.stream().map(RowOp.Update::row).toList();
    List<String> values = arrays(updates.stream().map(RowOp.Update::old).toList(), layout.key());
    values.addAll(arrays(rows, layout.written()));
    List<String> places = new ArrayList<>(rows.size());
    List<String> masks = new ArrayList<>(rows.size());
    for (Tuple row : rows) {
      places.add(String.valueOf(places.size()));
      StringBuilder mask = new StringBuilder();
      layout.written().forEach(column -> mask.append(row.isHole(column) ? '0' : '1'));
      masks.add(mask.toString());
    }
    values.add(ArrayText.plain(places));
    values.add(ArrayText.plain(masks));
    return new Step.Write("UPDATE", updates.size(), statements.replace(), values);
  }

  /** One statement sets the same columns in all its rows. */
  private Map<BitSet, List<RowOp.Update>> groups(List<RowOp.Update> updates) {
    Map<BitSet, List<RowOp.Update>> groups = new LinkedHashMap<>();
    for (RowOp.Update update : updates) {
      groups.computeIfAbsent(setColumns(update), set -> new ArrayList<>()).add(update);
    }
    return groups;
  }

  /**
   * What an update sets: all that was sent, less the key unless it moves (to leave its index alone)
   * and less identity columns, which an UPDATE may not set; on the source neither.
   */
  private BitSet setColumns(RowOp.Update update) {
    boolean moves = layout.hasKey() && !layout.key(update.old()).equals(layout.key(update.row()));
    BitSet set = new BitSet();
    for (int column : layout.written()) {
      boolean key = layout.key().contains(column);
      boolean identity =
          layout.column(column).trait() == TargetColumn.Trait.IDENTITY_ALWAYS && !(key && moves);
      if (!update.row().isHole(column) && !identity && (!key || moves)) {
        set.set(column);
      }
    }
    return set;
  }

  private List<String> arrays(List<Tuple> rows, List<Integer> columns) {
    List<String> values = new ArrayList<>();
    for (int column : columns) {
      values.add(form.value(rows, column, layout.column(column).parameterDelimiter()));
    }
    return values;
  }

  private List<String> texts(Tuple row) {
    return layout.written().stream().map(i -> form.value(List.of(row), i, ',')).toList();
  }
}
