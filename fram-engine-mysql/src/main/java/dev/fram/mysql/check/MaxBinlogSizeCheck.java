// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** Very small log files are purged and rotated all the time. */
final class MaxBinlogSizeCheck implements Question {
  @Override
  public String code() {
    return "max-binlog-size";
  }

  @Override
  public String about() {
    return "Very small log files are purged and rotated all the time.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    long size = source.numberSetting("max_binlog_size");
    String seen = source.name() + ": max_binlog_size is " + Servers.bytes(size) + ".";
    return size >= 16L << 20
        ? pass(seen)
        : warn(
            seen,
            "my.cnf, [mysqld]: max_binlog_size=1G. At once: SET GLOBAL max_binlog_size ="
                + " 1073741824. No restart is needed.");
  }
}
