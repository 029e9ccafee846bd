// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** Each row event must hold the whole row: a partial one cannot be replayed exactly. */
final class BinlogRowImageCheck implements Question {
  @Override
  public String code() {
    return "binlog-row-image";
  }

  @Override
  public String about() {
    return "Each row event must hold the whole row: a partial one cannot be replayed exactly.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    String image = source.setting("binlog_row_image").orElse("FULL");
    // FULL_NODUP (MariaDB 11.4) leaves columns of the after image out.
    return image.equals("FULL")
        ? pass(source.name() + ": binlog_row_image is FULL.")
        : fail(
            source.name() + ": binlog_row_image is " + image + ", FULL is needed.",
            "my.cnf, [mysqld]: binlog_row_image=FULL. At once: SET GLOBAL binlog_row_image ="
                + " 'FULL'. No restart is needed, but the application's sessions must reconnect.");
  }
}
