// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** Partitioned tables need a target that can partition. */
final class PartitioningCheck implements Question {
  @Override
  public String code() {
    return "partitioning";
  }

  @Override
  public String about() {
    return "Partitioned tables need a target that can partition.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    List<String> partitioned =
        servers.tables().stream()
            .filter(table -> table.storage().partitioned())
            .map(table -> table.id().toString())
            .toList();
    if (partitioned.isEmpty()) {
      return pass("No table is partitioned.");
    }
    Server target = servers.target();
    boolean able =
        !target.mariaDb()
            || target.number(
                    "SELECT COUNT(*) FROM information_schema.PLUGINS"
                        + " WHERE PLUGIN_NAME = 'partition' AND PLUGIN_STATUS = 'ACTIVE'")
                > 0;
    return able
        ? info(
            "Partitioned tables are copied with their partitions: "
                + Servers.some(partitioned)
                + ".")
        : fail(
            target.name()
                + ": partitioning is switched off; partitioned tables: "
                + Servers.some(partitioned)
                + ".",
            "On the target, my.cnf, [mysqld]: partition=ON. A restart is needed.");
  }
}
