// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** A source that does not sync its log may lose, in a crash, what Fram has already read. */
final class SyncBinlogCheck implements Question {
  @Override
  public String code() {
    return "sync-binlog";
  }

  @Override
  public String about() {
    return "A source that does not sync its log may lose, in a crash, what Fram has already read.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    long sync = source.numberSetting("sync_binlog");
    return sync == 1
        ? pass(source.name() + ": sync_binlog is 1.")
        : warn(
            source.name()
                + ": sync_binlog is "
                + sync
                + ": after a crash of its machine it may lack transactions that the target has, and"
                + " the migration would have to start anew.",
            "my.cnf, [mysqld]: sync_binlog=1. At once: SET GLOBAL sync_binlog = 1. No restart is"
                + " needed.");
  }
}
