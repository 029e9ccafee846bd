// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/**
 * A transaction that runs for long holds up the creation of the slot, and the write gate at the
 * cutover.
 */
final class LongTransactionsCheck implements Question {
  @Override
  public String code() {
    return "long-transactions";
  }

  @Override
  public String about() {
    return "A transaction that runs for long holds up the creation of the slot, and the write gate at the cutover.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    List<String> running =
        source.texts(
            "SELECT 'pid ' || pid || ' (' || COALESCE(usename, '?') || ', '"
                + " || COALESCE(NULLIF(application_name, ''), backend_type) || ', '"
                + " || extract(epoch FROM now() - xact_start)::bigint || ' s)'"
                + " FROM pg_stat_activity WHERE xact_start < now() - interval '60 s'"
                + " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                + " ORDER BY xact_start");
    return running.isEmpty()
        ? pass(source.name() + ": no transaction is older than 60 s.")
        : warn(
            source.name() + ": transactions older than 60 s: " + Servers.some(running) + ".",
            "End them before the migration begins and before the cutover.");
  }
}
