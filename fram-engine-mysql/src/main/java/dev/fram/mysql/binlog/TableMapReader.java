// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.api.model.TableId;
import java.util.ArrayList;
import java.util.List;

/** Reads TABLE_MAP events (the server's {@code Table_map_event}). Stateless. */
final class TableMapReader {
  /** The optional fields' numbers: signedness of number columns, names. */
  private static final int SIGNEDNESS = 1;

  private static final int COLUMN_NAME = 4;

  private TableMapReader() {}

  static TableMap read(LogBytes in) {
    in.skip(8); // table id and flags, read by the caller
    String database = in.text(in.u8());
    in.skip(1);
    String name = in.text(in.u8());
    in.skip(1);
    int count = in.packedCount();
    byte[] types = in.take(count);
    LogBytes metadata = in.part(in.packedCount());
    List<TableMap.Column> columns = new ArrayList<>(count);
    for (byte type : types) {
      columns.add(column(type & 0xFF, metadata));
    }
    in.skip((count + 7) / 8); // which columns may be NULL: the target's catalog says it
    List<String> names = new ArrayList<>();
    while (in.left() > 0) {
      int field = in.u8();
      LogBytes value = in.part(in.packedCount());
      if (field == SIGNEDNESS) {
        sign(columns, value);
      } else if (field == COLUMN_NAME) {
        while (value.left() > 0) {
          names.add(value.text(value.packedCount()));
        }
      }
    }
    return new TableMap(new TableId(database, name), columns, names);
  }

  private static TableMap.Column column(int type, LogBytes metadata) {
    return switch (type) {
      case ColumnType.FLOAT,
          ColumnType.DOUBLE,
          ColumnType.BLOB,
          ColumnType.JSON,
          ColumnType.GEOMETRY,
          ColumnType.VECTOR,
          ColumnType.TIMESTAMP,
          ColumnType.DATETIME,
          ColumnType.TIME ->
          plain(type, metadata.u8());
      case ColumnType.VARCHAR, ColumnType.BIT -> plain(type, metadata.u16());
      case ColumnType.MARIADB_BLOB_COMPRESSED -> plain(type, metadata.u8());
      case ColumnType.MARIADB_VARCHAR_COMPRESSED -> plain(type, metadata.u16());
      case ColumnType.DECIMAL -> plain(type, metadata.u8() << 8 | metadata.u8());
      case ColumnType.STRING, ColumnType.VAR_STRING -> fixed(metadata.u8(), metadata.u8());
      default -> plain(type, 0);
    };
  }

  private static TableMap.Column plain(int type, int metadata) {
    return new TableMap.Column(type, metadata, TableMap.Sign.UNKNOWN);
  }

  /**
   * CHAR, ENUM and SET share a type number; the first byte of the metadata tells them apart. CHAR
   * longer than 255 bytes hides the two highest bits of its length there (the server's {@code
   * Field_string::do_save_field_metadata}).
   */
  private static TableMap.Column fixed(int first, int second) {
    if (first == ColumnType.ENUM || first == ColumnType.SET) {
      return plain(first, second);
    }
    if ((first & 0x30) != 0x30) {
      return plain(first | 0x30, second | ((first & 0x30) ^ 0x30) << 4);
    }
    return plain(first, second);
  }

  /** One bit a number column, the first in the highest bit. */
  private static void sign(List<TableMap.Column> columns, LogBytes bits) {
    int seen = 0;
    int current = 0;
    for (int i = 0; i < columns.size(); i++) {
      TableMap.Column column = columns.get(i);
      if (!number(column.type())) {
        continue;
      }
      if (seen % 8 == 0) {
        current = bits.u8();
      }
      boolean unsigned = (current >> (7 - seen % 8) & 1) != 0;
      TableMap.Sign sign = unsigned ? TableMap.Sign.UNSIGNED : TableMap.Sign.SIGNED;
      columns.set(i, new TableMap.Column(column.type(), column.metadata(), sign));
      seen++;
    }
  }

  /** As the server's {@code is_numeric_type}: YEAR is one of them. */
  private static boolean number(int type) {
    return switch (type) {
      case ColumnType.TINY,
          ColumnType.SHORT,
          ColumnType.INT24,
          ColumnType.LONG,
          ColumnType.LONGLONG,
          ColumnType.DECIMAL,
          ColumnType.FLOAT,
          ColumnType.DOUBLE,
          ColumnType.YEAR ->
          true;
      default -> false;
    };
  }
}
