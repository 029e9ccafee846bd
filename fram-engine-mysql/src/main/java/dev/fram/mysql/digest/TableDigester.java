// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.digest;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableDigest;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.catalog.Column;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Digests of whole tables (ALGORITHMS D1): the sums of two pieces of SHA-256 over each row's text;
 * MD5 is no longer a function of MySQL 9.7 itself. Columns in the order of their names, because a
 * table may have been made with another order; no collation takes part. Each call has a session of
 * its own, so any thread may call.
 */
public final class TableDigester {
  private static final String MODULUS = "18446744073709551616";

  private TableDigester() {}

  /** One table at one moment. */
  public static TableDigest digest(Connector server, TableId table) {
    Connection connection = server.open("digest");
    try {
      return digest(connection, server.name(), table);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, server.name(), "computing the digest of " + table);
    } finally {
      Connector.abort(connection);
    }
  }

  /** The same in the caller's session, and its snapshot. */
  public static TableDigest digest(Connection connection, String server, TableId table)
      throws SQLException {
    CatalogTable found =
        Catalog.table(connection, table)
            .orElseThrow(() ->
                new FramException(
                    ErrorCode.SCHEMA_DRIFT,
                    server + ": the table " + table + " is not there (any more).",
                    "Look who removed it, or exclude it."));
    return Sql.first(
            connection,
            query(found),
            row -> {
              if (row.getLong(4) > 0) {
                throw tooLong(server, table, row.getLong(4));
              }
              return new TableDigest(
                  row.getLong(1),
                  Long.parseUnsignedLong(row.getString(2)),
                  Long.parseUnsignedLong(row.getString(3)));
            })
        .orElseThrow(() -> new FramException(ErrorCode.INTERNAL, "A digest has no row.", ""));
  }

  private static String query(CatalogTable table) {
    List<String> parts =
        table.columns().stream()
            .filter(column -> !column.is(Column.Trait.VIRTUAL))
            .filter(column -> !column.is(Column.Trait.VERSIONING))
            .sorted(Comparator.comparing(column -> column.name().toLowerCase(Locale.ROOT)))
            .map(TableDigester::part)
            .toList();
    return "SELECT COUNT(*), "
        + sum("LEFT(d, 16)")
        + ", "
        + sum("SUBSTRING(d, 17, 16)")
        + ", COUNT(*) - COUNT(d) FROM (SELECT SHA2(CONCAT("
        + parts.stream().collect(Collectors.joining(", "))
        + "), 256) AS d FROM "
        + Quoting.table(table.id())
        + ") r";
  }

  // A decimal with 65 digits cannot overflow; an empty table's sum is NULL.
  private static String sum(String half) {
    return "CAST(MOD(COALESCE(SUM(CAST(CONV("
        + half
        + ", 16, 10) AS UNSIGNED)), 0), "
        + MODULUS
        + ") AS CHAR)";
  }

  /** A value's bytes with their number in front, so that no two rows have the same text. */
  private static String part(Column column) {
    String name = Quoting.identifier(column.name());
    String text =
        switch (column.type().name()) {
          // As text a float has six digits; as a double all that it holds. Times one keeps -0.
          case "float", "double", "real" -> "CAST(" + name + " * 1e0 AS CHAR)";
          case "bit" -> "HEX(" + name + ")";
          // By number: two members of an enum may be equal to a collation.
          case "enum", "set" -> "CAST(" + name + " AS UNSIGNED)";
          case "char", "varchar", "binary", "varbinary" -> "CAST(" + name + " AS BINARY)";
          case "tinyint", "smallint", "mediumint", "int", "bigint", "decimal" -> name;
          case "date", "time", "datetime", "timestamp", "year" -> name;
          // Everything else may be long: CONCAT gives NULL beyond max_allowed_packet.
          default -> "SHA2(" + name + ", 256)";
        };
    return "IFNULL(CONCAT(LENGTH(" + text + "), ':', " + text + "), '-')";
  }

  private static FramException tooLong(String server, TableId table, long rows) {
    return new FramException(
        ErrorCode.SERVER_SETTING,
        server + ": " + rows + " rows of " + table + " could not be digested.",
        "Set max_allowed_packet to at least 64M on both servers.");
  }
}
