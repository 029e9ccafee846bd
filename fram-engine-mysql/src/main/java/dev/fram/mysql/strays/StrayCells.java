// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.strays;

import dev.fram.api.engine.StrayLine;
import dev.fram.mysql.binlog.Value;
import dev.fram.mysql.catalog.Column;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A row's cells as text, as the server would print them. Letters of a character set that is not a
 * part of UTF-8 stand in hexadecimal; so does all text of a table that is not what the log
 * describes any more, whose columns are counted then. Stateless.
 */
final class StrayCells {
  private static final Set<String> UTF_8 = Set.of("utf8mb4", "utf8mb3", "utf8", "ascii");

  /** Where a byte below 128 may be something else than in ASCII. */
  private static final Set<String> NO_ASCII =
      Set.of("binary", "ucs2", "utf16", "utf16le", "utf32", "swe7");

  private StrayCells() {}

  /**
   * @param columns the table's; empty when they are not known
   */
  static void add(StrayLine line, String name, List<Column> columns, List<Value> row) {
    boolean known = columns.size() == row.size();
    line.begin(name);
    for (int i = 0; i < row.size(); i++) {
      Optional<Column> column = known ? Optional.of(columns.get(i)) : Optional.empty();
      cell(line, column.map(Column::name).orElse(Integer.toString(i + 1)), column, row.get(i));
    }
    line.end();
  }

  private static void cell(StrayLine line, String name, Optional<Column> column, Value value) {
    switch (value) {
      case Value.Null n -> line.empty(name);
      case Value.Int number -> line.cell(name, number(number, column));
      case Value.Decimal decimal -> line.cell(name, decimal.text());
      case Value.Real real -> line.cell(name, Double.toString(real.value()));
      case Value.Single single -> line.cell(name, Float.toString(single.value()));
      case Value.Bytes bytes -> bytes(line, name, column, bytes.bytes());
      case Value.Json json -> line.cell(name, json.text());
      case Value.JsonExpression json -> line.cell(name, json.sql());
      case Value.Temporal temporal -> line.cell(name, temporal.text());
      case Value.Bits bits -> line.hex(name, ByteBuffer.wrap(bits.bytes()));
      case Value.Ordinal ordinal -> line.cell(name, Long.toUnsignedString(ordinal.number()));
      case Value.Year year -> line.cell(name, Integer.toString(year.year()));
    }
  }

  private static String number(Value.Int number, Optional<Column> column) {
    return column
        .map(Column::type)
        .filter(type -> type.unsigned())
        .map(type -> number.unsigned(type.integerBytes()))
        .orElseGet(() -> Long.toString(number.signed()));
  }

  private static void bytes(StrayLine line, String name, Optional<Column> column, byte[] bytes) {
    Optional<String> charset = column.flatMap(c -> c.type().charset());
    boolean text =
        charset.filter(UTF_8::contains).isPresent()
            || (charset.filter(c -> !NO_ASCII.contains(c)).isPresent() && ascii(bytes));
    ByteBuffer value = ByteBuffer.wrap(bytes);
    if (text) {
      line.cell(name, value);
    } else {
      line.hex(name, value);
    }
  }

  private static boolean ascii(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether these are the bytes of that text. */
  static boolean is(Value value, String text) {
    return value.equals(new Value.Bytes(text.getBytes(StandardCharsets.UTF_8)));
  }
}
