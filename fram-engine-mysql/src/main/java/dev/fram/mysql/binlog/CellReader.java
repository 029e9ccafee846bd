// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;

/**
 * Reads one cell of a row image by its column's type (the server's {@code Field::pack} and {@code
 * log_event_print_value}). Stateless.
 */
final class CellReader {
  private CellReader() {}

  static Value read(LogBytes in, TableMap.Column column, TableId table) {
    int meta = column.metadata();
    return switch (column.type()) {
      case ColumnType.TINY -> new Value.Int(in.signed(1));
      case ColumnType.SHORT -> new Value.Int(in.signed(2));
      case ColumnType.INT24 -> new Value.Int(in.signed(3));
      case ColumnType.LONG -> new Value.Int(in.signed(4));
      case ColumnType.LONGLONG -> new Value.Int(in.i64());
      case ColumnType.FLOAT -> new Value.Single(Float.intBitsToFloat((int) in.u32()));
      case ColumnType.DOUBLE -> new Value.Real(Double.longBitsToDouble(in.i64()));
      case ColumnType.DECIMAL -> new Value.Decimal(Decimals.read(in, meta >> 8, meta & 0xFF));
      case ColumnType.YEAR -> year(in.u8());
      case ColumnType.DATE -> new Value.Temporal(Temporals.date(in.u24()));
      case ColumnType.TIME -> new Value.Temporal(Temporals.time(in, meta));
      case ColumnType.DATETIME -> new Value.Temporal(Temporals.dateTime(in, meta));
      case ColumnType.TIMESTAMP -> new Value.Temporal(Temporals.timestamp(in, meta));
      case ColumnType.TIMESTAMP_OLD -> new Value.Temporal(Temporals.ofSeconds(in.u32()));
      case ColumnType.DATETIME_OLD -> new Value.Temporal(Temporals.oldDateTime(in.i64()));
      case ColumnType.TIME_OLD -> new Value.Temporal(Temporals.oldTime(in.signed(3)));
      case ColumnType.BIT -> new Value.Bits(in.take(bits(meta)));
      case ColumnType.ENUM, ColumnType.SET -> new Value.Ordinal(in.unsigned(meta));
      case ColumnType.VARCHAR, ColumnType.STRING, ColumnType.VAR_STRING ->
          new Value.Bytes(in.take((int) in.unsigned(meta < 256 ? 1 : 2)));
      case ColumnType.BLOB, ColumnType.GEOMETRY, ColumnType.VECTOR ->
          new Value.Bytes(in.take(length(in, meta)));
      case ColumnType.JSON -> JsonReader.read(in.part(length(in, meta)));
      case ColumnType.MARIADB_BLOB_COMPRESSED ->
          new Value.Bytes(MariaDbCompression.column(in.part(length(in, meta))));
      case ColumnType.MARIADB_VARCHAR_COMPRESSED ->
          new Value.Bytes(
              MariaDbCompression.column(in.part((int) in.unsigned(meta < 256 ? 1 : 2))));
      default ->
          throw new FramException(
              ErrorCode.UNSUPPORTED,
              "Table "
                  + table
                  + " has a column of type number "
                  + column.type()
                  + " in the binary log, which Fram does not know.",
              "Leave the table out of the scope, or change the column's type.");
    };
  }

  private static int length(LogBytes in, int lengthBytes) {
    return Math.toIntExact(in.unsigned(lengthBytes));
  }

  /** The metadata holds whole bytes above and left-over bits below. */
  private static int bits(int meta) {
    return (meta >> 8) + ((meta & 0xFF) + 7) / 8;
  }

  private static Value year(int stored) {
    return new Value.Year(stored == 0 ? 0 : stored + 1900);
  }
}
