// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import dev.fram.api.engine.TouchedRows;
import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.RowChange;
import dev.fram.mysql.binlog.Value;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Tells whoever compares rows which ones the applier is about to write, those included that the
 * target's foreign keys will change with them and that the log says nothing of. Owned by the
 * applier's thread.
 */
final class Telling {
  private final TouchedRows touched;
  private final References references;

  Telling(TouchedRows touched, References references) {
    this.touched = touched;
    this.references = references;
  }

  void row(TargetTable table, RowChange change) {
    if (touched.wanted(table.id())) {
      if (table.keyed()) {
        keys(table, change);
      } else {
        touched.touchedAll(table.id());
      }
    }
  }

  /** What the target's foreign keys will do because of a change, which the log does not tell. */
  void cascades(RowChange change, Connection target) throws SQLException {
    if (change.foreignKeys() == RowChange.ForeignKeys.CHECKED) {
      references.written(change, target).forEach(this::all);
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
}
