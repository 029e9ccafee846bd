// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.pgoutput.Tuple;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes one table's batch at its level, and counts: a statement that does not hit exactly the rows
 * it must is refused like one that breaks a constraint. Owned by the applier's thread; knows
 * nothing of transactions and fences.
 */
final class TableWriter {
  /** Refused by a constraint (class 23), or an identity column that an UPDATE may not set. */
  private static final Set<String> IDENTITY_REFUSED = Set.of("428C9");

  private final Connection connection;
  private final String server;
  private final TableBatch batch;
  private final Layout layout;
  private final ValueForm form;
  private final Statements statements;

  TableWriter(Connection connection, String server, TableBatch batch, ValueForm form) {
    this.connection = connection;
    this.server = server;
    this.batch = batch;
    this.layout = batch.layout();
    this.form = form;
    this.statements = new Statements(layout, form);
  }

  /**
   * @throws Refused when this level cannot do it
   * @throws SQLException for anything that another level would not change
   */
  void write() throws Refused, SQLException {
    try {
      switch (batch.level()) {
        case SETS -> sets(net());
        case REPLACE -> replace(net());
        case ONE_BY_ONE -> oneByOne();
      }
    } catch (SQLException e) {
      String state = e.getSQLState() == null ? "" : e.getSQLState();
      if (state.startsWith("23") || IDENTITY_REFUSED.contains(state)) {
        throw new Refused(batch, constraint(e, state));
      }
      if (state.startsWith("22")) {
        throw value(e);
      }
      throw e;
    }
  }

  private Net net() throws Refused {
    Optional<Net> net = Fold.of(batch.ops(), layout::key, layout.allColumns());
    return net.orElseThrow(
        () -> new Refused(batch, divergence("changes that contradict one another", 1, 0)));
  }

  private void sets(Net net) throws Refused, SQLException {
    delete(net.deletes());
    for (Map.Entry<BitSet, List<RowOp.Update>> group : groups(net.updates()).entrySet()) {
      update(group.getKey().stream().boxed().toList(), group.getValue());
    }
    insert(net.inserts());
  }

  private void replace(Net net) throws Refused, SQLException {
    delete(net.deletes());
    if (!net.updates().isEmpty()) {
      takeOutAndPutIn(net.updates());
    }
    insert(net.inserts());
  }

  private void oneByOne() throws Refused, SQLException {
    List<Tuple> inserts = new ArrayList<>();
    for (RowOp op : batch.ops()) {
      if (!(op instanceof RowOp.Insert) || layout.hasKey()) {
        insert(inserts);
        inserts.clear();
      }
      switch (op) {
        case RowOp.Insert insert -> inserts.add(insert.row());
        case RowOp.Update update -> updateOne(update);
        case RowOp.Delete delete -> deleteOne(delete.old());
      }
    }
    insert(inserts);
  }

  private void updateOne(RowOp.Update update) throws Refused, SQLException {
    List<RowOp.Update> one = List.of(update);
    List<Integer> set = setColumns(update).stream().boxed().toList();
    if (layout.hasKey()) {
      update(set, one);
      return;
    }
    List<String> values = new ArrayList<>(arrays(List.of(update.row()), set));
    values.addAll(texts(update.old()));
    check("UPDATE", 1, run(statements.updateOne(set), values));
  }

  private void deleteOne(Tuple old) throws Refused, SQLException {
    if (layout.hasKey()) {
      delete(List.of(old));
      return;
    }
    check("DELETE", 1, run(statements.deleteOne(), texts(old)));
  }

  private void delete(List<Tuple> rows) throws Refused, SQLException {
    if (!rows.isEmpty()) {
      check("DELETE", rows.size(), run(statements.delete(), arrays(rows, layout.key())));
    }
  }

  private void insert(List<Tuple> rows) throws Refused, SQLException {
    if (!rows.isEmpty()) {
      long written = CopyText.copy(connection, statements.copy(), rows, layout.written());
      check("INSERT", rows.size(), written);
    }
  }

  private void update(List<Integer> set, List<RowOp.Update> updates) throws Refused, SQLException {
    List<String> values = arrays(updates.stream().map(RowOp.Update::old).toList(), layout.key());
    if (set.isEmpty()) {
      check("UPDATE", updates.size(), count(statements.count(), values));
      return;
    }
    values.addAll(arrays(updates.stream().map(RowOp.Update::row).toList(), set));
    check("UPDATE", updates.size(), run(statements.update(set), values));
  }

  private void takeOutAndPutIn(List<RowOp.Update> updates) throws Refused, SQLException {
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
    check("UPDATE", updates.size(), run(statements.replace(), values));
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

  private long run(String sql, List<String> values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, values);
      return statement.executeUpdate();
    }
  }

  private long count(String sql, List<String> values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, values);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private static void bind(PreparedStatement statement, List<String> values) throws SQLException {
    for (int i = 0; i < values.size(); i++) {
      statement.setString(i + 1, values.get(i));
    }
  }

  private void check(String what, long wanted, long seen) throws Refused {
    if (wanted != seen) {
      throw new Refused(batch, divergence(what, wanted, seen));
    }
  }

  private FramException divergence(String what, long wanted, long seen) {
    return new FramException(
        ErrorCode.ROW_DIVERGENCE,
        server
            + ": table "
            + layout.table()
            + " is not what it must be: "
            + what
            + " of "
            + wanted
            + (wanted == 1 ? " row" : " rows")
            + " hit "
            + seen
            + ".",
        "Somebody else may have written to the target. Run fram verify to see the rows.");
  }

  // Neither keeps its cause: the server's detail quotes values.

  private FramException value(SQLException e) {
    return new FramException(
        ErrorCode.SCHEMA_DRIFT,
        server
            + ": a column of table "
            + layout.table()
            + " cannot hold a value of the source: "
            + SqlErrors.message(e)
            + ".",
        "Compare the column types of both tables and change the target's; Fram then goes on by"
            + " itself.");
  }

  private FramException constraint(SQLException e, String state) {
    ErrorCode code =
        state.equals("23505") ? ErrorCode.ROW_DIVERGENCE : ErrorCode.CONSTRAINT_DIVERGENCE;
    return new FramException(
        code,
        server
            + ": a change of table "
            + layout.table()
            + " was refused: "
            + SqlErrors.message(e)
            + ".",
        "The source allowed it, so target and source differ, in rows or in the constraint."
            + " Run fram verify to see the rows.");
  }
}
