// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.util.ArrayList;
import java.util.List;

/** Reads row events into changes (the server's {@code Rows_event}). Stateless. */
final class RowsReader {
  private static final int NO_FOREIGN_KEY_CHECKS = 0x2;
  private static final int SQL_FOREIGN_KEYS = 0x10;
  private static final int TABLE_ID_BYTES = 6;

  private RowsReader() {}

  /** Whether the event holds rows this class can read. */
  static boolean rows(int type) {
    return switch (type) {
      case EventCode.WRITE_ROWS,
          EventCode.UPDATE_ROWS,
          EventCode.DELETE_ROWS,
          EventCode.WRITE_ROWS_V1,
          EventCode.UPDATE_ROWS_V1,
          EventCode.DELETE_ROWS_V1,
          EventCode.MARIADB_WRITE_ROWS_COMPRESSED_V1,
          EventCode.MARIADB_UPDATE_ROWS_COMPRESSED_V1,
          EventCode.MARIADB_DELETE_ROWS_COMPRESSED_V1 ->
          true;
      default -> false;
    };
  }

  /** The server's number of the table, which its TABLE_MAP event has announced. */
  static long tableId(LogEvent event) {
    return event.bytes().unsigned(TABLE_ID_BYTES);
  }

  /** The event's changes, in order. */
  static List<RowChange> read(LogEvent event, TableMap table) {
    LogBytes in = event.bytes();
    in.skip(TABLE_ID_BYTES);
    RowChange.ForeignKeys keys = foreignKeys(in.u16());
    if (event.type() >= EventCode.WRITE_ROWS && event.type() <= EventCode.DELETE_ROWS) {
      in.skip(in.u16() - 2); // extra information, its own length included
    }
    int columns = in.packedCount();
    if (columns != table.columns().size()) {
      throw new IndexOutOfBoundsException(columns + " columns where the table has others");
    }
    RowChange.Op op = op(event.type());
    requireFull(in.bits(columns), table);
    if (op == RowChange.Op.UPDATE) {
      requireFull(in.bits(columns), table);
    }
    boolean packed = event.type() >= EventCode.MARIADB_WRITE_ROWS_COMPRESSED_V1;
    LogBytes rows = packed ? new LogBytes(MariaDbCompression.event(in)) : in;
    List<RowChange> changes = new ArrayList<>();
    while (rows.left() > 0) {
      List<Value> first = image(rows, table);
      changes.add(
          switch (op) {
            case INSERT -> new RowChange(table.table(), op, keys, List.of(), first);
            case UPDATE -> new RowChange(table.table(), op, keys, first, image(rows, table));
            case DELETE -> new RowChange(table.table(), op, keys, first, List.of());
          });
    }
    return changes;
  }

  private static RowChange.ForeignKeys foreignKeys(int flags) {
    if ((flags & NO_FOREIGN_KEY_CHECKS) != 0) {
      return RowChange.ForeignKeys.UNCHECKED;
    }
    return (flags & SQL_FOREIGN_KEYS) != 0
        ? RowChange.ForeignKeys.LOGGED
        : RowChange.ForeignKeys.CHECKED;
  }

  private static RowChange.Op op(int type) {
    return switch (type) {
      case EventCode.WRITE_ROWS,
          EventCode.WRITE_ROWS_V1,
          EventCode.MARIADB_WRITE_ROWS_COMPRESSED_V1 ->
          RowChange.Op.INSERT;
      case EventCode.UPDATE_ROWS,
          EventCode.UPDATE_ROWS_V1,
          EventCode.MARIADB_UPDATE_ROWS_COMPRESSED_V1 ->
          RowChange.Op.UPDATE;
      default -> RowChange.Op.DELETE;
    };
  }

  private static List<Value> image(LogBytes in, TableMap table) {
    List<TableMap.Column> columns = table.columns();
    boolean[] isNull = in.bits(columns.size());
    List<Value> values = new ArrayList<>(columns.size());
    for (int i = 0; i < columns.size(); i++) {
      values.add(isNull[i] ? Value.Null.NULL : CellReader.read(in, columns.get(i), table.table()));
    }
    return values;
  }

  /** The setting can be changed by any session, so every event is looked at. */
  private static void requireFull(boolean[] present, TableMap table) {
    for (int i = 0; i < present.length; i++) {
      if (!present[i]) {
        throw new FramException(
            ErrorCode.FEED_INVALID,
            "The binary log holds a row of "
                + table.table()
                + " without column number "
                + (i + 1)
                + ": a session has written with binlog_row_image other than FULL.",
            "Set binlog_row_image=FULL in my.cnf and with SET GLOBAL, see that no session sets it"
                + " otherwise, then start the migration anew: the change cannot be applied"
                + " exactly.");
      }
    }
  }
}
