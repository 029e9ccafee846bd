// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.error.ErrorCode;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.ServerVersion;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What Fram does on the source must be allowed to its login: read, follow the log, lock for
 * moments, keep its register.
 */
final class SourcePrivilegesCheck implements Question {
  @Override
  public String code() {
    return "source-privileges";
  }

  @Override
  public String about() {
    return "What Fram does on the source must be allowed to its login: read, follow the log, lock for moments, keep its register.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    List<String> missing = new ArrayList<>();
    ServerVersion version = source.version();
    tried(source, missing, "SHOW BINARY LOGS", "REPLICATION CLIENT ON *.*");
    tried(source, missing, "SELECT COUNT(*) FROM information_schema.INNODB_TRX", "PROCESS ON *.*");
    if (!source.grants().global("REPLICATION SLAVE")) {
      missing.add("REPLICATION SLAVE ON *.*");
    }
    if (version.isMariaDb()) {
      // The feed looks for a server_id that no replica has.
      tried(source, missing, "SHOW REPLICA HOSTS", "REPLICATION MASTER ADMIN ON *.*");
    }
    for (String database : servers.databases()) {
      source
          .grants()
          .missing(database, READ)
          .forEach(
              privilege -> missing.add(privilege + " ON " + Quoting.identifier(database) + ".*"));
    }
    source
        .grants()
        .missing("fram", REGISTER)
        .forEach(privilege -> missing.add(privilege + " ON `fram`.*"));
    if (!version.isMariaDb()
        && !source.grants().global("SELECT")
        && !source.grants().global("SHOW_ROUTINE")) {
      missing.add("SHOW_ROUTINE ON *.*");
    }
    return Missing.findings(
        this, source, missing, "everything it does there is allowed to Fram's login");
  }

  private static final List<String> READ =
      List.of("SELECT", "LOCK TABLES", "SHOW VIEW", "TRIGGER", "EVENT");
  private static final List<String> REGISTER =
      List.of("SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP");

  private static void tried(Server source, List<String> missing, String sql, String privilege)
      throws SQLException {
    Optional<SQLException> refused = source.attempt(sql);
    if (refused.isPresent() && SqlErrors.code(refused.get()) == ErrorCode.PRIVILEGE_MISSING) {
      missing.add(privilege);
    }
  }
}
