// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** Partial JSON updates are not whole rows: they cannot be replayed exactly. */
final class BinlogRowValueOptionsCheck implements Question {
  @Override
  public String code() {
    return "binlog-row-value-options";
  }

  @Override
  public String about() {
    return "Partial JSON updates are not whole rows: they cannot be replayed exactly.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    String options = source.setting("binlog_row_value_options").orElse("");
    return options.isEmpty()
        ? pass(source.name() + ": binlog_row_value_options is empty.")
        : fail(
            source.name() + ": binlog_row_value_options is " + options + ", it must be empty.",
            "my.cnf, [mysqld]: binlog_row_value_options=''. At once: SET GLOBAL"
                + " binlog_row_value_options = ''. No restart is needed, but the application's"
                + " sessions must reconnect.");
  }
}
