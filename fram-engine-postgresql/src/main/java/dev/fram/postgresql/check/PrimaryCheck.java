// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/**
 * Both servers must be primaries: a standby's snapshots do not name the transactions that run, and
 * nothing can be written there.
 */
final class PrimaryCheck implements Question {
  @Override
  public String code() {
    return "primary";
  }

  @Override
  public String about() {
    return "Both servers must be primaries: a standby's snapshots do not name the transactions that run, and nothing can be written there.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    for (Server server : servers.both()) {
      if (server.is("SELECT pg_is_in_recovery()")) {
        return fail(server.name() + ": it is a standby.", "Name its primary instead.");
      }
      if (server.is("SELECT current_setting('transaction_read_only') = 'on'")) {
        return fail(
            server.name() + ": sessions are read-only (default_transaction_read_only).",
            "Switch it off for Fram's login: ALTER ROLE .. SET default_transaction_read_only = off.");
      }
    }
    return pass("Both servers are primaries that can be written to.");
  }
}
