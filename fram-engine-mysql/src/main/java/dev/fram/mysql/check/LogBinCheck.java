// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** The source must write a binary log: changes are read from it. */
final class LogBinCheck implements Question {
  @Override
  public String code() {
    return "log-bin";
  }

  @Override
  public String about() {
    return "The source must write a binary log: changes are read from it.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    return source.isOn("log_bin")
        ? pass(source.name() + ": log_bin is ON.")
        : fail(
            source.name() + ": log_bin is OFF, so there is no log to follow.",
            "my.cnf, [mysqld]: log_bin=binlog and server_id=1. A restart is needed.");
  }
}
