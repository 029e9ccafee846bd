// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.digest;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableDigest;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.key.RowKey;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Digests of whole tables: the sums of the two halves of each row's digest. Each call has a session
 * of its own, so any thread may call.
 */
public final class TableDigester {
  private TableDigester() {}

  /** One table at one moment. */
  public static TableDigest digest(Connector server, TableId table, Terms terms) {
    RowHash hash = terms.hash();
    Connection connection = server.open("digest");
    try {
      return digest(connection, table, hash);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, server.name(), "computing the digest of " + table);
    } finally {
      Connector.abort(connection);
    }
  }

  private static TableDigest digest(Connection connection, TableId table, RowHash hash)
      throws SQLException {
    TableSql sql = TableSql.of(connection, table, RowKey.NONE, hash);
    return Sql.first(
            connection,
            sql.total(),
            row ->
                new TableDigest(
                    row.getLong(1), PostgresDigests.sum(row, 2), PostgresDigests.sum(row, 3)))
        .orElseThrow(() -> new FramException(ErrorCode.INTERNAL, "A digest has no row.", ""));
  }
}
