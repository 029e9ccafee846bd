// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.digest;

import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.catalog.Column;
import dev.fram.mysql.connection.Quoting;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A table's rows as SQL expressions that two servers compute alike (ALGORITHMS D1): SHA-256 over
 * each row's text, because MD5 is no longer a function of MySQL 9.7 itself. Columns in the order of
 * their names, because a table may have been made with another order; no character set and no
 * collation takes part. VIRTUAL columns are left out: their values are not kept, and a function may
 * give others on another version. Immutable.
 */
final class RowText {
  private static final String KNOWN = "@fram_digest";

  private final List<Column> columns;

  RowText(CatalogTable table) {
    this.columns =
        table.columns().stream()
            .filter(column -> !column.is(Column.Trait.VIRTUAL))
            .filter(column -> !column.is(Column.Trait.VERSIONING))
            .sorted(Comparator.comparing(column -> column.name().toLowerCase(Locale.ROOT)))
            .toList();
  }

  /** The columns that count, in their order. */
  List<Column> columns() {
    return columns;
  }

  /** A row's digest: 64 hexadecimal digits, of which the first 32 are used; NULL for too much. */
  String digest() {
    return columns.stream()
        .map(RowText::part)
        .collect(Collectors.joining(", ", "SHA2(CONCAT('', ", "), 256)"));
  }

  /** A number below this one; made of the row itself. */
  String bucket(int buckets) {
    return "CAST(CONV(SUBSTRING(" + digest() + ", 33, 8), 16, 10) AS UNSIGNED) % " + buckets;
  }

  /**
   * Number of rows, and one number that {@link Sums#read} makes both sums of. The digest stands in
   * a variable, because a server that merges a derived table computes it anew wherever it is used.
   * It is set and used within one expression, which goes from left to right: in which order two
   * sums of a list are worked through is the server's business.
   */
  String sums() {
    return "COUNT(*), CAST(SUM(IFNULL("
        + half(KNOWN + " := " + digest(), 1)
        + " * "
        + Sums.UNIT
        + " + "
        + half(KNOWN, 17)
        + ", "
        + Sums.NONE
        + ")) AS CHAR)";
  }

  private static String half(String digest, int from) {
    return "CAST(CONV(SUBSTRING(" + digest + ", " + from + ", 16), 16, 10) AS UNSIGNED)";
  }

  /** One value's digest, 16 hexadecimal digits. */
  static String digest(Column column) {
    return "LEFT(SHA2(CONCAT('', " + part(column) + "), 256), 16)";
  }

  /** For people. */
  static String shown(Column column, int characters) {
    String name = Quoting.identifier(column.name());
    String text =
        switch (column.type().name()) {
          case "float", "double", "real" -> "CAST(" + name + " * 1e0 AS CHAR)";
          case "bit" -> "CAST(CAST(" + name + " AS UNSIGNED) AS CHAR)";
          default ->
              column.type().charset().filter(charset -> !charset.equals("binary")).isPresent()
                      || isShort(column)
                  ? "CAST(" + name + " AS CHAR)"
                  : "CONCAT('0x', HEX(LEFT(" + name + ", " + characters + ")))";
        };
    return "IFNULL(LEFT(" + text + ", " + characters + "), 'NULL')";
  }

  private static boolean isShort(Column column) {
    return switch (column.type().name()) {
      case "tinyint", "smallint", "mediumint", "int", "bigint", "decimal" -> true;
      case "date", "time", "datetime", "timestamp", "year" -> true;
      case "uuid", "inet4", "inet6", "json" -> true;
      default -> false;
    };
  }

  /**
   * A value's text such that no two rows have the same one: what may hold any character has its
   * length in front, the rest a comma behind it.
   */
  private static String part(Column column) {
    String name = Quoting.identifier(column.name());
    return switch (column.type().name()) {
      // As text a float has six digits; as a double all that it holds. Times one keeps -0.
      case "float", "double", "real" -> ended("CAST(" + name + " * 1e0 AS CHAR)", column);
      case "bit" -> ended("HEX(" + name + ")", column);
      // By number: two members of an enum may be equal to a collation.
      case "enum", "set" -> ended("CAST(" + name + " AS UNSIGNED)", column);
      case "char", "varchar", "binary", "varbinary" ->
          "IFNULL(CONCAT(LENGTH(" + name + "), ':', CAST(" + name + " AS BINARY)), '-')";
      case "tinyint", "smallint", "mediumint", "int", "bigint", "decimal" -> ended(name, column);
      case "date", "time", "datetime", "timestamp", "year" -> ended(name, column);
      // Everything else may be long: CONCAT gives NULL beyond max_allowed_packet.
      default -> ended("SHA2(" + name + ", 256)", column);
    };
  }

  private static String ended(String text, Column column) {
    return (column.is(Column.Trait.NULLABLE) ? "IFNULL(" + text + ", '-')" : text) + ", ','";
  }
}
