// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/**
 * With GTIDs the position is exact without waiting, and a failover of the source can be followed.
 */
final class GtidModeCheck implements Question {
  static final String REMEDY =
      "my.cnf, [mysqld]: gtid_mode=ON and enforce_gtid_consistency=ON. At once: SET GLOBAL"
          + " enforce_gtid_consistency = ON, then SET GLOBAL gtid_mode = OFF_PERMISSIVE,"
          + " ON_PERMISSIVE, ON, one after the other. No restart is needed.";

  @Override
  public String code() {
    return "gtid-mode";
  }

  @Override
  public String about() {
    return "With GTIDs the position is exact without waiting, and a failover of the source can be followed.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    if (source.mariaDb()) {
      return pass(source.name() + ": MariaDB's snapshots know their exact place in the log.");
    }
    String mode = source.setting("gtid_mode").orElse("OFF");
    String consistency = source.setting("enforce_gtid_consistency").orElse("OFF");
    String seen =
        source.name()
            + ": gtid_mode is "
            + mode
            + ", enforce_gtid_consistency is "
            + consistency
            + ".";
    if (mode.equals("ON")) {
      return pass(seen);
    }
    return warn(
        seen
            + " Fram works with file and position: each chunk waits for running transactions, and a"
            + " failover of the source cannot be followed.",
        REMEDY);
  }
}
