// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/**
 * A pooler in transaction mode gives each statement another session: locks, snapshots and settings
 * would be lost. Tried.
 */
final class PooledConnectionCheck implements Question {
  @Override
  public String code() {
    return "pooled-connection";
  }

  @Override
  public String about() {
    return "A pooler in transaction mode gives each statement another session: locks, snapshots and settings would be lost. Tried.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    for (Server server : servers.both()) {
      if (!keepsItsSession(server)) {
        return fail(
            server.name()
                + ": two statements of one connection ran in different sessions: there is a connection"
                + " pooler in transaction mode between.",
            "Connect to the server itself, past PgBouncer or the like.");
      }
    }
    return pass("Connections to both servers keep their session.");
  }

  /** While a second connection holds a transaction open, a pooler has to give the first another. */
  private static boolean keepsItsSession(Server server) throws SQLException {
    String token = UUID.randomUUID().toString();
    try (Connection first = server.connector().open("check")) {
      Sql.run(first, "SET fram.probe = " + Quoting.literal(token));
      long pid = Sql.number(first, "SELECT pg_backend_pid()");
      try (Connection second = server.connector().open("check")) {
        second.setAutoCommit(false);
        Sql.number(second, "SELECT pg_backend_pid()");
        boolean same =
            Sql.number(first, "SELECT pg_backend_pid()") == pid
                && Sql.text(first, "SELECT current_setting('fram.probe', true)").equals(token);
        second.rollback();
        return same;
      }
    }
  }
}
