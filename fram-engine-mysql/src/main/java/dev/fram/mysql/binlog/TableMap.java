// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.api.model.TableId;
import java.util.ArrayList;
import java.util.List;

/**
 * How the rows of a table are laid out from here on: the payload of {@code FeedEvent.SchemaChange}.
 * Given out before a table's first row and whenever it differs from the last one.
 *
 * @param table its name
 * @param columns in the log's order, generated STORED and invisible ones included; virtual ones too
 * @param names the columns' names when the server logs them ({@code binlog_row_metadata=FULL}),
 *     else empty
 */
public record TableMap(TableId table, List<Column> columns, List<String> names) {
  public TableMap {
    columns = List.copyOf(columns);
    names = List.copyOf(names);
  }

  /** Whether the log says that an integer column is UNSIGNED. */
  public enum Sign {
    SIGNED,
    UNSIGNED,
    /** Not said, or not a number. */
    UNKNOWN
  }

  /**
   * A column as the log describes it.
   *
   * @param type the type's number in the protocol ({@link ColumnType}); CHAR, ENUM and SET told
   *     apart
   * @param metadata what the log says of its length or fraction, by type
   * @param sign whether numbers are unsigned
   */
  public record Column(int type, int metadata, Sign sign) {}

  @SuppressWarnings("EnumOrdinal") // never leaves this version: see PayloadWriter
  public byte[] payload() {
    PayloadWriter out = new PayloadWriter();
    out.text(table.schema());
    out.text(table.name());
    out.number(columns.size());
    for (Column column : columns) {
      out.number(column.type);
      out.number(column.metadata);
      out.number(column.sign.ordinal());
    }
    out.number(names.size());
    names.forEach(out::text);
    return out.bytes();
  }

  public static TableMap read(byte[] payload) {
    PayloadReader in = new PayloadReader(payload);
    TableId table = new TableId(in.text(), in.text());
    int count = in.count();
    List<Column> columns = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      columns.add(new Column(in.count(), in.count(), Sign.values()[in.count()]));
    }
    int named = in.count();
    List<String> names = new ArrayList<>(named);
    for (int i = 0; i < named; i++) {
      names.add(in.text());
    }
    return new TableMap(table, columns, names);
  }
}
