// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

/**
 * Walks through a JSON document in the server's binary form ({@code sql-common/json_binary.h}) and
 * tells a writer what it meets. Stateless but for the bytes.
 */
final class JsonReader {
  private static final int SMALL_OBJECT = 0;
  private static final int LARGE_OBJECT = 1;
  private static final int SMALL_ARRAY = 2;
  private static final int LARGE_ARRAY = 3;
  private static final int LITERAL = 4;
  private static final int INT16 = 5;
  private static final int UINT16 = 6;
  private static final int INT32 = 7;
  private static final int UINT32 = 8;
  private static final int INT64 = 9;
  private static final int UINT64 = 10;
  private static final int DOUBLE = 11;
  private static final int STRING = 12;
  private static final int OPAQUE = 15;

  private final byte[] bytes;
  private final JsonWriter out;

  private JsonReader(byte[] bytes, JsonWriter out) {
    this.bytes = bytes;
    this.out = out;
  }

  /** The document as text, or as an expression when text cannot say all of it. */
  static Value read(LogBytes in) {
    byte[] document = in.take(in.left());
    JsonWriter.Text text = new JsonWriter.Text();
    walk(document, text);
    if (text.complete()) {
      return new Value.Json(text.text());
    }
    JsonWriter.Expression expression = new JsonWriter.Expression();
    walk(document, expression);
    return new Value.JsonExpression(expression.sql());
  }

  private static void walk(byte[] document, JsonWriter out) {
    if (document.length == 0) {
      out.literal("null"); // what the server makes of an empty value too
    } else {
      new JsonReader(document, out).value(document[0] & 0xFF, 1);
    }
  }

  private LogBytes from(int offset) {
    return new LogBytes(bytes, offset, bytes.length);
  }

  private void value(int type, int offset) {
    LogBytes in = from(offset);
    switch (type) {
      case SMALL_OBJECT -> object(offset, 2);
      case LARGE_OBJECT -> object(offset, 4);
      case SMALL_ARRAY -> array(offset, 2);
      case LARGE_ARRAY -> array(offset, 4);
      case LITERAL -> literal(in.u8());
      case INT16 -> out.integer(in.signed(2));
      case UINT16 -> out.unsigned(in.unsigned(2));
      case INT32 -> out.integer(in.signed(4));
      case UINT32 -> out.unsigned(in.unsigned(4));
      case INT64 -> out.integer(in.i64());
      case UINT64 -> out.unsigned(in.i64());
      case DOUBLE -> out.real(Double.longBitsToDouble(in.i64()));
      case STRING -> out.string(in.text(length(in)));
      case OPAQUE -> opaque(in.u8(), in.part(length(in)));
      default -> throw new IndexOutOfBoundsException("JSON value of kind " + type);
    }
  }

  private void literal(int which) {
    out.literal(
        switch (which) {
          case 0 -> "null";
          case 1 -> "true";
          case 2 -> "false";
          default -> throw new IndexOutOfBoundsException("JSON literal " + which);
        });
  }

  private void object(int start, int width) {
    LogBytes head = from(start);
    int count = (int) head.unsigned(width);
    int keys = start + 2 * width;
    int values = keys + count * (width + 2);
    out.beginObject();
    for (int i = 0; i < count; i++) {
      LogBytes key = from(keys + i * (width + 2));
      int offset = (int) key.unsigned(width);
      int length = key.u16();
      out.key(from(start + offset).text(length), i == 0);
      entry(start, values + i * (width + 1), width);
    }
    out.endObject();
  }

  private void array(int start, int width) {
    LogBytes head = from(start);
    int count = (int) head.unsigned(width);
    int values = start + 2 * width;
    out.beginArray();
    for (int i = 0; i < count; i++) {
      out.element(i == 0);
      entry(start, values + i * (width + 1), width);
    }
    out.endArray();
  }

  /** A value's entry holds the value itself when it is small enough, else where it is. */
  private void entry(int start, int at, int width) {
    LogBytes in = from(at);
    int type = in.u8();
    boolean inlined =
        switch (type) {
          case LITERAL, INT16, UINT16 -> true;
          case INT32, UINT32 -> width == 4;
          default -> false;
        };
    value(type, inlined ? at + 1 : start + (int) in.unsigned(width));
  }

  private void opaque(int fieldType, LogBytes in) {
    switch (fieldType) {
      case ColumnType.DECIMAL -> {
        int precision = in.u8();
        int scale = in.u8();
        out.decimal(Decimals.read(in, precision, scale), precision, scale);
      }
      case ColumnType.DATE -> {
        long packed = in.i64() >> 24;
        out.temporal(Temporals.dateTime(packed, 0, 0).substring(0, 10), "DATE");
      }
      case ColumnType.DATETIME_OLD, ColumnType.TIMESTAMP_OLD -> {
        long packed = in.i64();
        String text = Temporals.dateTime(packed >> 24, packed & 0xFFFFFF, 6);
        out.temporal(text, "DATETIME(6)");
      }
      case ColumnType.TIME_OLD -> {
        long packed = in.i64();
        long size = Math.abs(packed);
        String text = Temporals.time(packed < 0, size >> 24, size & 0xFFFFFF, 6);
        out.temporal(text, "TIME(6)");
      }
      default -> out.bytes(in.take(in.left()));
    }
  }

  /** Seven bits a byte, the lowest first. */
  private static int length(LogBytes in) {
    int length = 0;
    int shift = 0;
    int next;
    do {
      next = in.u8();
      length |= (next & 0x7F) << shift;
      shift += 7;
    } while ((next & 0x80) != 0);
    return length;
  }
}
