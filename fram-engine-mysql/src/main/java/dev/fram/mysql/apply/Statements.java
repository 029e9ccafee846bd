// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import dev.fram.mysql.binlog.RowChange;
import dev.fram.mysql.binlog.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts rows of one table together into statements of many rows, none longer than the bound (unless
 * a single row is). What is of one kind goes together as long as nothing else comes between. Owned
 * by the applier's thread; used for one flush.
 */
final class Statements {
  private enum Kind {
    NONE,
    DELETE,
    DELETE_UNLESS_GONE,
    DELETE_IF_THERE,
    INSERT,
    UPDATE,
    UPSERT
  }

  /** Beyond this a statement with many keys takes the optimizer too long. */
  private static final int MOST_ROWS = 1000;

  private final TargetTable table;
  private final int maxBytes;
  private final List<Command> commands = new ArrayList<>();
  private final StringBuilder open = new StringBuilder();
  private Kind kind = Kind.NONE;
  private Command.Values values = Command.Values.CHECKED;
  private int rows;

  Statements(TargetTable table, int maxBytes) {
    this.table = table;
    this.maxBytes = maxBytes;
  }

  void delete(List<Value> key) {
    add(Kind.DELETE, table.keyTuple(key), Command.Values.CHECKED);
  }

  /** A cascade may have been there before, but there are no more rows than keys. */
  void deleteUnlessGone(List<Value> key) {
    add(Kind.DELETE_UNLESS_GONE, table.keyTuple(key), Command.Values.CHECKED);
  }

  void deleteIfThere(List<Value> key) {
    add(Kind.DELETE_IF_THERE, table.keyTuple(key), Command.Values.CHECKED);
  }

  void insert(List<Value> row) {
    add(Kind.INSERT, table.tuple(row), table.values(row));
  }

  void upsert(List<Value> row) {
    add(Kind.UPSERT, table.tuple(row), table.values(row));
  }

  /** Only where the table has an {@link TargetTable#updateTail}, and for a row that changes. */
  void updateAmongMany(List<Value> row) {
    add(Kind.UPDATE, table.tuple(row), table.values(row));
  }

  void update(List<Value> key, List<Value> row) {
    alone(Command.exactly(table.update(key, row), 1).with(table.values(row)));
  }

  /** Behind all that came before. */
  void alone(Command command) {
    close();
    commands.add(command);
  }

  /** One change as the source made it, strictly. */
  void repeat(RowChange change) {
    switch (change.op()) {
      case INSERT -> insert(change.after());
      case UPDATE -> update(table.key(change.before()), change.after());
      case DELETE -> delete(table.key(change.before()));
    }
    close();
  }

  /** One change, whatever is there. */
  void replay(RowChange change) {
    switch (change.op()) {
      case INSERT -> upsert(change.after());
      case UPDATE -> {
        List<Value> key = table.key(change.before());
        if (!key.equals(table.key(change.after()))) {
          deleteIfThere(key);
        }
        upsert(change.after());
      }
      case DELETE -> deleteIfThere(table.key(change.before()));
    }
    close();
  }

  List<Command> end() {
    close();
    return commands;
  }

  private void add(Kind wanted, String tuple, Command.Values how) {
    if (kind != wanted
        || values != how
        || rows == MOST_ROWS
        || open.length() + tuple.length() > maxBytes) {
      close();
    }
    if (rows == 0) {
      kind = wanted;
      values = how;
      open.append(head());
    } else {
      open.append(", ");
    }
    open.append(tuple);
    rows++;
  }

  private String head() {
    return switch (kind) {
      case DELETE, DELETE_UNLESS_GONE, DELETE_IF_THERE -> table.deleteHead();
      case INSERT, UPDATE, UPSERT -> table.insertHead();
      case NONE -> "";
    };
  }

  private void close() {
    if (rows == 0) {
      return;
    }
    switch (kind) {
      case DELETE -> done(Command.exactly(open.append(')').toString(), rows));
      case DELETE_UNLESS_GONE -> done(Command.atMost(open.append(')').toString(), rows));
      case DELETE_IF_THERE -> done(Command.any(open.append(')').toString()));
      case INSERT -> done(Command.exactly(open.toString(), rows));
      case UPDATE -> {
        String sql = open.append(table.updateTail().orElseThrow()).toString();
        done(Command.exactly(sql, ManyUpdates.COUNTED * rows));
      }
      case UPSERT -> done(Command.any(open.append(table.upsertTail()).toString()));
      case NONE -> {}
    }
    open.setLength(0);
    rows = 0;
    kind = Kind.NONE;
  }

  private void done(Command command) {
    commands.add(command.with(values));
  }
}
