// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import dev.fram.postgresql.connection.SqlErrors;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Where session_replication_role can be set, foreign keys may exist while changes are applied.
 * Tried and rolled back.
 */
final class ReplicaRoleCheck implements Question {
  @Override
  public String code() {
    return "session-replication-role";
  }

  @Override
  public String about() {
    return "Where session_replication_role can be set, foreign keys may exist while changes are applied. Tried and rolled back.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server target = servers.target();
    Optional<SQLException> refused = target.attempt("SET LOCAL session_replication_role = replica");
    return refused.isEmpty()
        ? pass(target.name() + ": session_replication_role can be set.")
        : warn(
            target.name()
                + ": session_replication_role cannot be set ("
                + SqlErrors.message(refused.get())
                + "): foreign keys are added at the cutover and validated after it.",
            "GRANT SET ON PARAMETER session_replication_role TO Fram's login (15 and newer).");
  }
}
