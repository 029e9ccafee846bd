// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** A prepared transaction that nobody ends blocks the creation of the slot and the write gate. */
final class PreparedTransactionsCheck implements Question {
  @Override
  public String code() {
    return "prepared-transactions";
  }

  @Override
  public String about() {
    return "A prepared transaction that nobody ends blocks the creation of the slot and the write gate.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    List<String> prepared =
        source.texts(
            "SELECT gid || ' (' || extract(epoch FROM now() - prepared)::bigint || ' s)'"
                + " FROM pg_prepared_xacts ORDER BY prepared");
    return prepared.isEmpty()
        ? pass(source.name() + ": no prepared transactions.")
        : warn(
            source.name() + ": prepared transactions: " + Servers.some(prepared) + ".",
            "COMMIT PREPARED or ROLLBACK PREPARED those that are forgotten.");
  }
}
