// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import dev.fram.mysql.binlog.RowChange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Changes that are written in the source's order and never folded: rows without a key, and tables
 * whose foreign keys cascade on the target as they did, unlogged, on the source (ALGORITHMS B4).
 *
 * <p>A change that no foreign key follows touches no row but its own: so it has to keep its place
 * among the changes of its table only, and rows that are inserted one after the other, or deleted
 * by their keys, go in one statement. A change that foreign keys follow keeps its place among the
 * changes of all bonded tables. Owned by the applier's thread; used for one flush.
 */
final class OrderedRows {
  private static final Command CHECKED = Command.any("SET foreign_key_checks = 1");
  private static final Command UNCHECKED = Command.any("SET foreign_key_checks = 0");

  private final References references;
  private final int maxBytes;
  private final List<Command> commands = new ArrayList<>();
  private final Map<TargetTable, Statements> keyless = new LinkedHashMap<>();
  private final Map<TargetTable, Statements> bonded = new LinkedHashMap<>();
  private Command keys = UNCHECKED;

  /**
   * @param maxBytes how long a statement of many rows may get
   */
  OrderedRows(References references, int maxBytes) {
    this.references = references;
    this.maxBytes = maxBytes;
  }

  boolean isEmpty() {
    return commands.isEmpty() && keyless.isEmpty() && bonded.isEmpty();
  }

  /** A table without any key; its rows are found by all that is in them. */
  void keyless(TargetTable table, RowChange change) {
    Statements statements = of(keyless, table);
    switch (change.op()) {
      case INSERT -> statements.insert(change.after());
      case UPDATE -> statements.alone(update(table, change));
      case DELETE -> statements.alone(Command.exactly(table.deleteWhole(change.before()), 1));
    }
  }

  /** A table of a bond: the target's own foreign keys do what the source's have done. */
  void bonded(TargetTable table, RowChange change, Connection target) throws SQLException {
    boolean follow =
        switch (change.foreignKeys()) {
          case CHECKED -> references.follow(change, target);
          // Rows of their own follow for what it has cascaded to.
          case UNCHECKED, LOGGED -> false;
        };
    if (follow) {
      write(bonded);
      foreignKeys(CHECKED);
      commands.add(
          switch (change.op()) {
            case INSERT -> throw new IllegalStateException("no foreign key follows an INSERT");
            case UPDATE -> update(table, change);
            case DELETE -> delete(table, change);
          });
      return;
    }
    Statements statements = of(bonded, table);
    switch (change.op()) {
      case INSERT -> statements.insert(change.after());
      case UPDATE -> statements.alone(update(table, change));
      case DELETE -> {
        if (table.keyed()) {
          statements.deleteUnlessGone(table.key(change.before()));
        } else {
          statements.alone(delete(table, change));
        }
      }
    }
  }

  private static Command update(TargetTable table, RowChange change) {
    String sql =
        table.keyed()
            ? table.update(table.key(change.before()), change.after())
            : table.updateWhole(change.before(), change.after());
    return Command.exactly(sql, 1).with(table.values(change.after()));
  }

  /** A row that a cascade has deleted may be deleted by the log once more. */
  private static Command delete(TargetTable table, RowChange change) {
    String sql =
        table.keyed()
            ? table.delete(table.key(change.before()))
            : table.deleteWhole(change.before());
    return Command.atMost(sql, 1);
  }

  private Statements of(Map<TargetTable, Statements> statements, TargetTable table) {
    return statements.computeIfAbsent(table, t -> new Statements(t, maxBytes));
  }

  private void write(Map<TargetTable, Statements> statements) {
    if (!statements.isEmpty()) {
      foreignKeys(UNCHECKED);
      statements.values().forEach(each -> commands.addAll(each.end()));
      statements.clear();
    }
  }

  private void foreignKeys(Command wanted) {
    if (!keys.equals(wanted)) {
      commands.add(wanted);
      keys = wanted;
    }
  }

  /** All of it; may be asked for again. */
  List<Command> end() {
    write(bonded);
    write(keyless);
    foreignKeys(UNCHECKED);
    return commands;
  }
}
