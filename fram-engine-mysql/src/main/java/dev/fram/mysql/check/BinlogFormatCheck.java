// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** The source must log rows: a statement cannot be replayed exactly. */
final class BinlogFormatCheck implements Question {
  @Override
  public String code() {
    return "binlog-format";
  }

  @Override
  public String about() {
    return "The source must log rows: a statement cannot be replayed exactly.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    // A server that no longer has the variable logs rows only.
    String format = source.setting("binlog_format").orElse("ROW");
    return format.equals("ROW")
        ? pass(source.name() + ": binlog_format is ROW.")
        : fail(
            source.name() + ": binlog_format is " + format + ", ROW is needed.",
            "my.cnf, [mysqld]: binlog_format=ROW. At once: SET GLOBAL binlog_format = 'ROW'. No"
                + " restart is needed, but the application's sessions must reconnect.");
  }
}
