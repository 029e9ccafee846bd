// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Sql;
import java.sql.SQLException;
import java.util.List;

/** Which of the tables that a query finds on the source are in the scope. */
final class InScope {
  private InScope() {}

  /**
   * @param sql selects the schema and the name: two columns, because either may hold a dot
   */
  static List<String> tables(Servers servers, String sql) throws SQLException {
    return Sql.list(
            servers.source().connection(),
            sql,
            row -> new TableId(row.getString(1), row.getString(2)))
        .stream()
        .filter(servers.scope()::covers)
        .map(TableId::toString)
        .toList();
  }
}
