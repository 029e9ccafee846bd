// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What a server says after a crash about transactions it had confirmed. */
final class FlushLogCheck implements Question {
  @Override
  public String code() {
    return "innodb-flush-log-at-trx-commit";
  }

  @Override
  public String about() {
    return "What a server says after a crash about transactions it had confirmed.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    for (Server server : servers.both()) {
      long flush = server.numberSetting("innodb_flush_log_at_trx_commit");
      String seen = server.name() + ": innodb_flush_log_at_trx_commit is " + flush;
      findings.add(
          flush == 1
              ? Finding.pass(code(), seen + ".")
              : Finding.warn(code(), seen + ": " + meaning(servers, server, flush), REMEDY));
    }
    return findings;
  }

  private static final String REMEDY =
      "my.cnf, [mysqld]: innodb_flush_log_at_trx_commit=1. At once: SET GLOBAL"
          + " innodb_flush_log_at_trx_commit = 1. No restart is needed.";

  private static String meaning(Servers servers, Server server, long flush) {
    String crash = flush == 2 ? "a crash of its machine" : "any crash";
    return server == servers.source()
        ? "after " + crash + " it may lack the last second, which the target then has."
        : "after "
            + crash
            + " it may go back by a second, rows and position together: Fram then applies that"
            + " second again.";
  }
}
