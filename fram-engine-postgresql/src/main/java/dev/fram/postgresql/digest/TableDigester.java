// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.digest;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableDigest;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.catalog.Catalog;
import dev.fram.postgresql.catalog.Column;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.stream.Collectors;

/**
 * Digests of whole tables (ALGORITHMS D1): the sums of the two halves of md5 over each row's text.
 * Columns in the order of their names, because a table may have been made with another order; no
 * collation takes part. Each call has a session of its own, so any thread may call.
 */
public final class TableDigester {
  private static final String MODULUS = "18446744073709551616";

  private TableDigester() {}

  /** One table at one moment. */
  public static TableDigest digest(Connector server, TableId table) {
    Connection connection = server.open("digest");
    try {
      return digest(connection, table);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, server.name(), "computing the digest of " + table);
    } finally {
      Connector.abort(connection);
    }
  }

  /** The same in the caller's session, and its snapshot. */
  public static TableDigest digest(Connection connection, TableId table) throws SQLException {
    String columns =
        Catalog.columns(connection, table).stream()
            .sorted(Comparator.comparing(Column::name))
            .map(column -> Quoting.identifier(column.name()))
            .collect(Collectors.joining(", "));
    String sql =
        "SELECT count(*), "
            + sum("high")
            + ", "
            + sum("low")
            + " FROM (SELECT ('x' || substr(d, 1, 16))::bit(64)::bigint AS high,"
            + " ('x' || substr(d, 17, 16))::bit(64)::bigint AS low FROM (SELECT md5("
            + text(connection, "ROW(" + columns + ")::text")
            + ") AS d FROM ONLY "
            + Quoting.table(table)
            + ") r) h";
    return Sql.first(
            connection,
            sql,
            row ->
                new TableDigest(
                    row.getLong(1),
                    Long.parseUnsignedLong(row.getString(2)),
                    Long.parseUnsignedLong(row.getString(3))))
        .orElseThrow(() -> new FramException(ErrorCode.INTERNAL, "A digest has no row.", ""));
  }

  // numeric cannot overflow; the remainder of a negative sum is negative until it is shifted.
  private static String sum(String half) {
    return "mod(mod(coalesce(sum("
        + half
        + "), 0), "
        + MODULUS
        + ") + "
        + MODULUS
        + ", "
        + MODULUS
        + ")::text";
  }

  // md5 works on the server's own encoding; SQL_ASCII has none, its bytes are taken as they are.
  private static String text(Connection connection, String row) throws SQLException {
    String encoding = Sql.text(connection, "SELECT current_setting('server_encoding')");
    return switch (encoding) {
      case "UTF8", "SQL_ASCII" -> row;
      default -> "convert_to(" + row + ", 'UTF8')";
    };
  }
}
