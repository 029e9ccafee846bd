// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.mysql.connection.ServerVersion;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** A source that is itself a replica must log what it applies. */
final class SourceReplicaCheck implements Question {
  @Override
  public String code() {
    return "source-replica";
  }

  @Override
  public String about() {
    return "A source that is itself a replica must log what it applies.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    ServerVersion version = source.version();
    String sql =
        version.isMariaDb()
            ? "SHOW ALL SLAVES STATUS"
            : version.atLeast(8, 1) ? "SHOW REPLICA STATUS" : "SHOW SLAVE STATUS";
    Optional<SQLException> refused = source.attempt(sql);
    if (refused.isPresent()) {
      return fail(
          source.name() + ": " + sql + " was refused: " + SqlErrors.message(refused.get()) + ".",
          "GRANT REPLICATION CLIENT ON *.* TO "
              + source.login()
              + (version.isMariaDb() ? "; GRANT REPLICA MONITOR ON *.* TO " + source.login() : ""));
    }
    if (Sql.list(source.connection(), sql, row -> 1).isEmpty()) {
      return pass(source.name() + ": it is not a replica.");
    }
    boolean logs = source.isOn("log_replica_updates") || source.isOn("log_slave_updates");
    return logs
        ? warn(
            source.name() + ": it is a replica of another server.",
            "Stop the replication before the cutover (STOP REPLICA), or migrate from its source.")
        : fail(
            source.name() + ": it is a replica and does not log what it applies.",
            "my.cnf, [mysqld]: log_replica_updates=ON (older: log_slave_updates=ON). A restart is"
                + " needed.");
  }
}
