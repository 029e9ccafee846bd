// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.digest;

import dev.fram.mysql.binlog.Identifiers;
import dev.fram.mysql.binlog.Value;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.catalog.Column;
import dev.fram.mysql.connection.Quoting;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A row's key as one text, the same whether a server reads it or the log tells it, and the way back
 * to the row. The values of the key's columns with commas between them: numbers as digits, texts
 * and bytes as {@code x} and the hexadecimal digits of what the column holds, so that no character
 * set and no collation takes part. What a collation calls equal ({@code a} and {@code A}) has two
 * different texts: an UPDATE from the one to the other changes the key. Immutable.
 */
public final class KeyText {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private final List<Column> columns;
  private final List<Integer> places;
  private final String index;

  private KeyText(List<Column> columns, List<Integer> places, String index) {
    this.columns = List.copyOf(columns);
    this.places = List.copyOf(places);
    this.index = index;
  }

  /** How a column's values are written; the pattern is what may stand there. */
  private enum Form {
    NUMBER("-?\\d+(\\.\\d+)?"),
    REAL("-?\\d+\\.\\d+(E-?\\d+)?"),
    TEMPORAL("[-0-9: .]+"),
    IDENTIFIER("[-0-9a-f:.]+"),
    BYTES("x[0-9A-F]*");

    private final Pattern pattern;

    Form(String pattern) {
      this.pattern = Pattern.compile(pattern);
    }
  }

  /** The text of the key by which the table's rows are found; empty when it has none. */
  public static Optional<KeyText> of(CatalogTable table) {
    return table
        .usableKey()
        .map(key -> {
          List<Column> columns = new ArrayList<>();
          List<Integer> places = new ArrayList<>();
          for (String name : key.columns()) {
            Column column = table.column(name).orElseThrow();
            columns.add(column);
            places.add(table.columns().indexOf(column));
          }
          return new KeyText(columns, places, key.name());
        });
  }

  /** The key of a row of the log, whose cells stand in the order of the table's columns. */
  public String of(List<Value> row) {
    List<String> parts = new ArrayList<>(columns.size());
    for (int i = 0; i < columns.size(); i++) {
      parts.add(part(row.get(places.get(i)), columns.get(i)));
    }
    return String.join(",", parts);
  }

  private static String part(Value value, Column column) {
    return switch (value) {
      case Value.Int number ->
          column.type().unsigned()
              ? number.unsigned(column.type().integerBytes())
              : Long.toString(number.signed());
      case Value.Decimal decimal -> decimal.text();
      case Value.Real real -> Double.toString(real.value());
      case Value.Single single -> Double.toString(single.value());
      case Value.Bytes bytes ->
          Identifiers.text(bytes.bytes(), column.type().name())
              .orElseGet(() -> "x" + HEX.formatHex(padded(bytes.bytes(), column)));
      case Value.Temporal temporal -> temporal.text();
      case Value.Bits bits -> new BigInteger(1, bits.bytes()).toString();
      case Value.Ordinal ordinal -> Long.toUnsignedString(ordinal.number());
      case Value.Year year -> Integer.toString(year.year());
      case Value.Null none -> throw noKey(column);
      case Value.Json json -> throw noKey(column);
      case Value.JsonExpression json -> throw noKey(column);
    };
  }

  private static byte[] padded(byte[] bytes, Column column) {
    OptionalInt length = column.type().binaryLength();
    return length.isPresent() ? Arrays.copyOf(bytes, length.getAsInt()) : bytes;
  }

  private static IllegalStateException noKey(Column column) {
    return new IllegalStateException("column " + column.name() + " cannot be part of a key");
  }

  /** The index that finds a row by its key. */
  String index() {
    return index;
  }

  /** What to ask the server for; {@link #read} makes the key's text of it. */
  String sql() {
    return columns.stream()
        .map(KeyText::sql)
        .collect(Collectors.joining(", ", "CONCAT_WS(',', ", ")"));
  }

  private static String sql(Column column) {
    String name = Quoting.identifier(column.name());
    return switch (form(column)) {
      case NUMBER -> number(column, name);
      // As text a float has six digits; as a double all that it holds. Times one keeps -0.
      case REAL -> "CAST(" + name + " * 1e0 AS CHAR)";
      case TEMPORAL -> name;
      case IDENTIFIER ->
          "HEX(CAST("
              + name
              + " AS BINARY("
              + (column.type().name().equals("inet4") ? 4 : 16)
              + ")))";
      case BYTES -> "CONCAT('x', HEX(" + name + "))";
    };
  }

  private static String number(Column column, String name) {
    return switch (column.type().name()) {
      case "bit", "enum", "set" -> "CAST(" + name + " AS UNSIGNED)";
      case "year" -> name + " + 0";
      default -> column.type().zerofill() ? name + " + 0" : name;
    };
  }

  /** The key's text from what the server has made of {@link #sql}. */
  String read(String asked) {
    boolean plain =
        columns.stream().map(KeyText::form).noneMatch(f -> f == Form.REAL || f == Form.IDENTIFIER);
    if (plain) {
      return asked;
    }
    String[] parts = asked.split(",", -1);
    for (int i = 0; i < parts.length; i++) {
      Column column = columns.get(i);
      parts[i] =
          switch (form(column)) {
            case REAL -> Double.toString(Double.parseDouble(parts[i]));
            case IDENTIFIER -> identifier(column, parts[i]);
            case NUMBER, TEMPORAL, BYTES -> parts[i];
          };
    }
    return String.join(",", parts);
  }

  private static String identifier(Column column, String hex) {
    String digits = hex.toLowerCase(Locale.ROOT);
    return switch (column.type().name()) {
      case "uuid" -> digits.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
      case "inet6" -> digits.replaceAll("(.{4})(?!$)", "$1:");
      default -> Identifiers.text(HexFormat.of().parseHex(digits), "inet4").orElseThrow();
    };
  }

  /**
   * A condition that finds the row by its index, and perhaps one more that the collation calls
   * equal.
   *
   * @throws IllegalArgumentException when it is no key of this table
   */
  String condition(String key) {
    String[] parts = key.split(",", -1);
    if (parts.length != columns.size()) {
      throw new IllegalArgumentException("not a key of " + columns.size() + " columns");
    }
    List<String> conditions = new ArrayList<>(parts.length);
    for (int i = 0; i < parts.length; i++) {
      Column column = columns.get(i);
      Form form = form(column);
      if (!form.pattern.matcher(parts[i]).matches()) {
        throw new IllegalArgumentException("not a value of column " + column.name());
      }
      conditions.add(Quoting.identifier(column.name()) + " = " + constant(form, column, parts[i]));
    }
    return "(" + String.join(" AND ", conditions) + ")";
  }

  /** As the applier writes them: see its class Literals. */
  private static String constant(Form form, Column column, String part) {
    return switch (form) {
      case NUMBER -> part;
      // With an exponent, so that the server reads a double and not a decimal.
      case REAL -> part.indexOf('E') >= 0 ? part : part + "E0";
      case TEMPORAL, IDENTIFIER -> "'" + part + "'";
      case BYTES ->
          column
                  .type()
                  .charset()
                  .filter(charset -> !charset.equals("binary"))
                  .map(charset -> "_" + charset.toLowerCase(Locale.ROOT) + " ")
                  .orElse("")
              + "x'"
              + part.substring(1)
              + "'";
    };
  }

  private static Form form(Column column) {
    return switch (column.type().name()) {
      case "tinyint", "smallint", "mediumint", "int", "bigint", "decimal" -> Form.NUMBER;
      case "bit", "enum", "set", "year" -> Form.NUMBER;
      case "float", "double", "real" -> Form.REAL;
      case "date", "time", "datetime", "timestamp" -> Form.TEMPORAL;
      case "uuid", "inet4", "inet6" -> Form.IDENTIFIER;
      default -> Form.BYTES;
    };
  }
}
