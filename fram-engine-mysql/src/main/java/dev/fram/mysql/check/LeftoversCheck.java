// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** A register of an earlier migration on the source says who owns the data. */
final class LeftoversCheck implements Question {
  @Override
  public String code() {
    return "leftovers";
  }

  @Override
  public String about() {
    return "A register of an earlier migration on the source says who owns the data.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    boolean register =
        source.number(
                "SELECT COUNT(*) FROM information_schema.TABLES"
                    + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME = 'handover'")
            > 0;
    if (!register) {
      return pass(source.name() + ": nothing is left of an earlier run.");
    }
    boolean begun =
        servers
                .target()
                .number(
                    "SELECT COUNT(*) FROM information_schema.TABLES"
                        + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME = 'migration'")
            > 0;
    return begun
        ? info(source.name() + ": database fram belongs to the migration that the target records.")
        : warn(
            source.name() + ": database fram is there, but the target knows of no migration.",
            "If no other migration uses it: DROP DATABASE fram.");
  }
}
