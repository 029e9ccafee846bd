// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import dev.fram.mysql.catalog.Column;
import dev.fram.mysql.connection.Quoting;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * A column on its way: how it is asked for so that nothing of it is lost, and how it is written.
 * Rows are read over a session without a result character set, so that texts come in the column's
 * own bytes.
 *
 * @param name the column's name
 * @param form how its values go
 */
record CopyColumn(String name, Form form) {

  /** How values go over. */
  enum Form {
    /** Digits. */
    NUMBER,
    /**
     * FLOAT: as a DOUBLE, whose text is exact; the text of a FLOAT has six digits only (ALGORITHMS
     * B4).
     */
    FLOAT,
    /** ENUM and SET, by number: an ENUM's error value has no text. */
    ORDINAL,
    /** Dates and times, in characters that every character set has. */
    TEXT,
    /** The column's own bytes: no conversion on either side. */
    BYTES,
    /** Text that the server makes a JSON document of. */
    JSON
  }

  static CopyColumn of(Column column) {
    return new CopyColumn(column.name(), form(column.type().name()));
  }

  private static Form form(String type) {
    return switch (type) {
      case "tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "double", "year" ->
          Form.NUMBER;
      case "float" -> Form.FLOAT;
      case "enum", "set" -> Form.ORDINAL;
      case "date", "time", "datetime", "timestamp", "uuid", "inet4", "inet6" -> Form.TEXT;
      case "json" -> Form.JSON;
      default -> Form.BYTES;
    };
  }

  /** What to select. */
  String read() {
    String column = Quoting.identifier(name);
    return switch (form) {
      case FLOAT -> column + " + 0e0";
      // The server counts a SET's highest bit as a sign when it adds.
      case ORDINAL -> "CAST(" + column + " AS UNSIGNED)";
      default -> column;
    };
  }

  /** The value as a constant in a statement. */
  void write(StringBuilder sql, byte[] value) {
    switch (form) {
      case NUMBER, ORDINAL, FLOAT -> sql.append(ascii(value));
      case TEXT -> sql.append('\'').append(ascii(value)).append('\'');
      case BYTES -> hex(sql, value);
      case JSON -> {
        sql.append("CONVERT(");
        hex(sql, value);
        sql.append(" USING utf8mb4)");
      }
    }
  }

  /** What LOAD DATA makes of the field that it has put into a variable. */
  String fromField(String variable) {
    return switch (form) {
      case NUMBER, FLOAT, TEXT, BYTES -> variable;
      // A text would be taken for a member's name.
      case ORDINAL -> "CAST(" + variable + " AS UNSIGNED)";
      case JSON -> "CONVERT(" + variable + " USING utf8mb4)";
    };
  }

  private static String ascii(byte[] value) {
    return new String(value, StandardCharsets.US_ASCII);
  }

  private static void hex(StringBuilder sql, byte[] value) {
    sql.append("x'").append(HexFormat.of().formatHex(value)).append('\'');
  }
}
