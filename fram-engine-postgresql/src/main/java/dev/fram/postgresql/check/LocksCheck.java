// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import dev.fram.postgresql.catalog.Catalog;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The write gate locks all tables in one transaction, and the target creates them in one. */
final class LocksCheck implements Question {
  /** A new table, its TOAST table and that one's index, and often a sequence. */
  private static final int LOCKS_PER_TABLE = 4;

  @Override
  public String code() {
    return "max-locks-per-transaction";
  }

  @Override
  public String about() {
    return "The write gate locks all tables in one transaction, and the target creates them in one.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    long tables = new Catalog(servers.scope()).tables(servers.source().connection()).size();
    findings.addAll(room(servers.source(), tables, "locking " + tables + " tables at the cutover"));
    findings.addAll(
        room(servers.target(), tables * LOCKS_PER_TABLE, "creating " + tables + " tables"));
    return findings;
  }

  private List<Finding> room(Server server, long needed, String what) throws SQLException {
    long perTransaction = server.numberSetting("max_locks_per_transaction");
    long sessions =
        server.numberSetting("max_connections") + server.numberSetting("max_prepared_transactions");
    long room = perTransaction * sessions;
    String seen = server.name() + ": room for " + room + " locks, " + what + " takes " + needed;
    if (needed * 5 / 4 <= room) {
      return pass(seen + ".");
    }
    return fail(
        seen + ".",
        "Raise max_locks_per_transaction to at least "
            + (needed * 5 / 4 / Math.max(1, sessions) + 1)
            + " and restart the server.");
  }
}
