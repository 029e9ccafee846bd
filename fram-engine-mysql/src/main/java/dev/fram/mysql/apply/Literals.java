// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import dev.fram.mysql.binlog.Identifiers;
import dev.fram.mysql.binlog.Value;
import dev.fram.mysql.catalog.Column;
import dev.fram.mysql.connection.Quoting;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Cells as SQL constants, such that the target's column takes exactly the cell's bits: bytes in the
 * column's own character set, binary numbers with all their digits, ENUM and SET by number. Right
 * only under the settings of this engine's sessions. Stateless.
 */
final class Literals {
  private Literals() {}

  /** For storing, and for finding the row by a key. */
  static String of(Value value, Column column) {
    return switch (value) {
      case Value.Null n -> "NULL";
      case Value.Int number -> number(number, column);
      case Value.Decimal decimal -> decimal.text();
      case Value.Real real -> real(real.value());
      // A float's exact value as a double: anything shorter would be rounded twice.
      case Value.Single single -> real(single.value());
      case Value.Bytes bytes -> bytes(bytes.bytes(), column);
      case Value.Json json -> Quoting.literal(json.text());
      case Value.JsonExpression json -> json.sql();
      case Value.Temporal temporal -> "'" + temporal.text() + "'";
      // Not x'..': MariaDB compares that as a text, and refuses what is no number's.
      case Value.Bits bits -> "0x" + HexFormat.of().formatHex(bits.bytes());
      case Value.Ordinal ordinal -> Long.toUnsignedString(ordinal.number());
      case Value.Year year -> Integer.toString(year.year());
    };
  }

  /**
   * A condition that finds exactly this cell, for rows without a key: byte by byte, whatever the
   * collation says is equal.
   */
  static String same(Value value, Column column) {
    String name = Quoting.identifier(column.name());
    return switch (value) {
      case Value.Null n -> name + " IS NULL";
      case Value.Bytes bytes -> sameBytes(bytes.bytes(), column, name);
      case Value.Bits bits -> "HEX(" + name + ") = '" + bits(bits.bytes()) + "'";
      case Value.Ordinal ordinal -> name + " + 0 = " + Long.toUnsignedString(ordinal.number());
      case Value.Json json -> sameJson(name, "CAST(" + Quoting.literal(json.text()) + " AS JSON)");
      case Value.JsonExpression json -> sameJson(name, json.sql());
      case Value.Int i -> name + " = " + of(value, column);
      case Value.Decimal d -> name + " = " + of(value, column);
      case Value.Real r -> sameReal(r.value(), name);
      case Value.Single s -> sameReal(s.value(), name);
      case Value.Temporal t -> name + " = " + of(value, column);
      case Value.Year y -> name + " = " + of(value, column);
    };
  }

  private static String number(Value.Int number, Column column) {
    if (!column.type().unsigned()) {
      return Long.toString(number.signed());
    }
    return number.unsigned(column.type().integerBytes());
  }

  /** With an exponent, so that the server reads a double and not a decimal; keeps -0. */
  private static String real(double value) {
    String text = Double.toString(value);
    return text.indexOf('E') >= 0 ? text : text + "E0";
  }

  /**
   * Zero and minus zero are equal, and two different rows. Not by an equality, or the optimizer
   * puts the constant into the CAST and does not look at the row's sign at all.
   */
  private static String sameReal(double value, String name) {
    if (value != 0) {
      return name + " = " + real(value);
    }
    boolean negative = Double.doubleToRawLongBits(value) != 0;
    return "ABS("
        + name
        + ") = 0 AND CAST("
        + name
        + " AS CHAR) "
        + (negative ? "" : "NOT ")
        + "LIKE '-%'";
  }

  private static String sameBytes(byte[] bytes, Column column, String name) {
    return Identifiers.text(bytes, column.type().name())
        .map(text -> name + " = '" + text + "'")
        .orElseGet(() ->
            "HEX("
                + name
                + ") = '"
                + HexFormat.of().withUpperCase().formatHex(padded(bytes, column))
                + "'");
  }

  private static String bytes(byte[] logged, Column column) {
    Optional<String> text = Identifiers.text(logged, column.type().name());
    if (text.isPresent()) {
      return "'" + text.get() + "'";
    }
    byte[] bytes = padded(logged, column);
    return column
        .type()
        .charset()
        .filter(charset -> !charset.equals("binary"))
        .map(charset -> "_" + charset.toLowerCase(Locale.ROOT) + " " + Quoting.hex(bytes))
        .orElseGet(() -> Quoting.hex(bytes));
  }

  /** JSON's equality takes 1 and 1.0 for the same; printed they differ. */
  private static String sameJson(String name, String json) {
    return name
        + " = "
        + json
        + " AND BINARY CAST("
        + name
        + " AS CHAR) = BINARY CAST("
        + json
        + " AS CHAR)";
  }

  /** The log leaves out a BINARY's zero bytes at the end; comparing does not. */
  private static byte[] padded(byte[] bytes, Column column) {
    OptionalInt length = column.type().binaryLength();
    return length.isPresent() ? Arrays.copyOf(bytes, length.getAsInt()) : bytes;
  }

  /** HEX of a BIT is that of a number: no zeros in front. */
  private static String bits(byte[] bytes) {
    String hex = HexFormat.of().withUpperCase().formatHex(bytes).replaceFirst("^0+", "");
    return hex.isEmpty() ? "0" : hex;
  }
}
