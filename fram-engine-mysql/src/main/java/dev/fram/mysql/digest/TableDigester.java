// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.digest;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableDigest;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Digests of whole tables (ALGORITHMS D1): the sums of two pieces of each row's digest. Each call
 * has a session of its own, so any thread may call.
 */
public final class TableDigester {
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
    CatalogTable found = Catalog.table(connection, table).orElseThrow(() -> missing(server, table));
    return Sql.first(
            connection,
            "SELECT " + new RowText(found).sums() + " FROM " + Quoting.table(table),
            row -> {
              Sums sums = Sums.read(Optional.ofNullable(row.getString(2)));
              if (sums.without() > 0) {
                throw tooLong(server, table, sums.without());
              }
              return new TableDigest(row.getLong(1), sums.high(), sums.low());
            })
        .orElseThrow(() -> new FramException(ErrorCode.INTERNAL, "A digest has no row.", ""));
  }

  static FramException missing(String server, TableId table) {
    return new FramException(
        ErrorCode.SCHEMA_DRIFT,
        server + ": the table " + table + " is not there (any more).",
        "Look who removed it, or exclude it.");
  }

  static FramException tooLong(String server, TableId table, long rows) {
    return new FramException(
        ErrorCode.SERVER_SETTING,
        server + ": " + rows + " rows of " + table + " could not be digested.",
        "Set max_allowed_packet to at least 64M on both servers.");
  }
}
