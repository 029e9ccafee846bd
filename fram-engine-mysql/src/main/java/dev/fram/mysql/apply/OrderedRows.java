// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import dev.fram.mysql.binlog.RowChange;
import java.util.ArrayList;
import java.util.List;

/**
 * Changes that are written one by one in the source's order: rows without a key, and tables whose
 * foreign keys cascade on the target as they did, unlogged, on the source (ALGORITHMS B4). Owned by
 * the applier's thread; used for one flush.
 */
final class OrderedRows {
  private static final Command CHECKED = Command.any("SET foreign_key_checks = 1");
  private static final Command UNCHECKED = Command.any("SET foreign_key_checks = 0");

  private final List<Command> commands = new ArrayList<>();
  private Command keys = UNCHECKED;

  boolean isEmpty() {
    return commands.isEmpty();
  }

  /** A table without any key; its rows are found by all that is in them. */
  void keyless(TargetTable table, RowChange change) {
    foreignKeys(UNCHECKED);
    commands.add(
        switch (change.op()) {
          case INSERT -> insert(table, change);
          case UPDATE ->
              Command.exactly(table.updateWhole(change.before(), change.after()), 1)
                  .with(table.values(change.after()));
          case DELETE -> Command.exactly(table.deleteWhole(change.before()), 1);
        });
  }

  /** A table of a bond: the target's own foreign keys do what the source's have done. */
  void bonded(TargetTable table, RowChange change) {
    foreignKeys(
        switch (change.foreignKeys()) {
          case CHECKED -> CHECKED;
          // Rows of their own follow for what it has cascaded to.
          case UNCHECKED, LOGGED -> UNCHECKED;
        });
    commands.add(
        switch (change.op()) {
          case INSERT -> insert(table, change);
          case UPDATE ->
              Command.exactly(update(table, change), 1).with(table.values(change.after()));
          // A row that a cascade has deleted may be deleted by the log once more.
          case DELETE -> Command.atMost(delete(table, change), 1);
        });
  }

  private static String update(TargetTable table, RowChange change) {
    return table.keyed()
        ? table.update(table.key(change.before()), change.after())
        : table.updateWhole(change.before(), change.after());
  }

  private static String delete(TargetTable table, RowChange change) {
    return table.keyed()
        ? table.delete(table.key(change.before()))
        : table.deleteWhole(change.before());
  }

  private static Command insert(TargetTable table, RowChange change) {
    return Command.exactly(table.insertHead() + table.tuple(change.after()), 1)
        .with(table.values(change.after()));
  }

  private void foreignKeys(Command wanted) {
    if (!keys.equals(wanted)) {
      commands.add(wanted);
      keys = wanted;
    }
  }

  List<Command> end() {
    foreignKeys(UNCHECKED);
    return commands;
  }
}
