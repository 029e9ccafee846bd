// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.gate.SparedAccounts;
import java.sql.SQLException;
import java.util.List;

/** Accounts of MySQL that only an account of their kind, with SYSTEM_USER, may lock. */
final class ProtectedAccounts {
  private ProtectedAccounts() {}

  /**
   * Those that Fram's account may not lock, {@code user@host}, as far as it may read grants.
   *
   * @param spared those that stay open anyway
   */
  static List<String> of(Server server, SparedAccounts spared) throws SQLException {
    if (server.mariaDb() || server.grants().global("SYSTEM_USER")) {
      return List.of();
    }
    return Sql.list(
            server.connection(),
            "SELECT GRANTEE FROM information_schema.USER_PRIVILEGES"
                + " WHERE PRIVILEGE_TYPE = 'SYSTEM_USER' AND GRANTEE NOT LIKE '\'\'mysql.%'"
                + " ORDER BY 1",
            row -> row.getString(1).replace("'", ""))
        .stream()
        .filter(account -> !spared.has(account))
        .toList();
  }
}
